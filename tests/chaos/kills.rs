//! Where in scribe's life SIGKILL struck, by name, and what became of the items.
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// So many named points are met at least.
const LEAST: usize = 20;

/// The points that matter most: the long run strikes at each, and no run does without them.
const MOST_WANTED: &[&str] = &[
    "database, after the start: before the connection",
    "look at the schema: just sent",
    "take back: not sent yet",
    "take back: just sent",
    "take back: answered, not read yet",
    "before write of run.new",
    "after rename of run",
    "claim: not sent yet",
    "claim: just sent",
    "claim: answered, not read yet",
    "goodbye, after claim: not sent yet",
    "note of web_scraper: just sent",
    "search: just sent",
    "note of arxiv_helper: answered, not read yet",
    "page: not sent yet",
    "page: just sent",
    "arXiv: just sent",
    "note of email_composer: answered, not read yet",
    "database, after the e-mail is made: before the connection",
    "before write of spool.new",
    "after write of spool.new",
    "after fsync of spool.new",
    "before rename of spool",
    "after rename of spool",
    "before unlink of spool",
    "after unlink of spool",
    "settle: not sent yet",
    "settle: just sent",
    "COMMIT of settle: not sent yet",
    "COMMIT of settle: just sent",
    "COMMIT of settle: answered, not read yet",
    "goodbye, after settle: not sent yet",
    "fail: just sent",
    "COMMIT of fail: answered, not read yet",
    "retry later: just sent",
    "COMMIT of retry later: answered, not read yet",
    "put back: not sent yet",
    "put back: just sent",
    "put back: answered, not read yet",
];

/// The name of the point right after a call, by that of the point before it, where the two differ.
pub fn after(point: &str) -> Option<String> {
    let file = point.strip_prefix("before ").map(|call| format!("after {call}"));
    file.or_else(|| Some(format!("{}: just sent", point.strip_suffix(": not sent yet")?)))
}

/// Whether a point is one of the most wanted.
pub fn is_most_wanted(point: &str) -> bool {
    MOST_WANTED.contains(&point)
}

/// Which of the most wanted points are missing among these.
pub fn missing<'a>(points: impl Iterator<Item = &'a str>) -> Vec<&'static str> {
    let points: BTreeSet<&str> = points.collect();
    MOST_WANTED.iter().filter(|wanted| !points.contains(**wanted)).copied().collect()
}

/// Scene, name of the point, state of the items at that moment, what they ended as. See `shim.c` for the names.
#[derive(Debug, Default)]
pub struct Kills(BTreeMap<[String; 4], usize>);

impl Kills {
    pub fn note(&mut self, scene: &str, point: &str, state: &str, end: &str) {
        *self.0.entry([scene, point, state, end].map(String::from)).or_default() += 1;
    }

    pub fn add(&mut self, other: Kills) {
        for (kill, count) in other.0 {
            *self.0.entry(kill).or_default() += count;
        }
    }

    /// How many points of different names there are in a scene, or in all of them.
    fn points(&self, scene: Option<&str>) -> usize {
        let kills = self.0.keys().filter(|[within, ..]| scene.is_none_or(|scene| scene == within));
        kills.map(|[_, point, ..]| point).collect::<BTreeSet<_>>().len()
    }

    /// What is wrong about them: too few in all, or, where all calls were swept, in one of these scenes, a state
    /// that no item was in, or one of the most wanted points.
    pub fn gaps(&self, scenes: impl Iterator<Item = String>, is_thorough: bool) -> Vec<String> {
        let few =
            |points: usize, within: &str| format!("SIGKILL struck at {points} named points only{within}");
        let all = self.points(None);
        let mut gaps: Vec<String> = (all < LEAST).then(|| few(all, "")).into_iter().collect();
        if is_thorough {
            let each =
                scenes.map(|scene| (self.points(Some(&scene)), scene)).filter(|(points, _)| *points < LEAST);
            gaps.extend(each.map(|(points, scene)| few(points, &format!(" in {scene}"))));
            let missing = missing(self.0.keys().map(|[_, point, ..]| point.as_str()));
            let states = ["PENDING", "PROCESSING", "COMPLETED", "FAILED"];
            let was_met = |state: &&str| self.0.keys().any(|[_, _, states, _]| states.contains(state));
            let unmet = states.iter().filter(|state| !was_met(state));
            gaps.extend(unmet.map(|state| format!("SIGKILL never struck while an item was {state}")));
            gaps.extend(missing.iter().map(|point| format!("SIGKILL never struck at \"{point}\"")));
        }
        gaps
    }
}

/// One line for each; then how many there were in each scene.
impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(f, "SIGKILL: scene, named point, the items just then -> in the end (attempts)")?;
        for ([scene, point, state, end], count) in &self.0 {
            writeln!(f, "{count:>7}  {scene:<18}{point:<64}{state:<24}-> {end}")?;
        }
        let scenes: BTreeSet<&str> = self.0.keys().map(|[scene, ..]| scene.as_str()).collect();
        for scene in scenes {
            writeln!(f, "{:>7}  named points: {scene}", self.points(Some(scene)))?;
        }
        writeln!(f, "{:>7}  named points in all scenes together", self.points(None))
    }
}
