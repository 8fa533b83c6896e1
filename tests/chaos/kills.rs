//! Where in scribe's life SIGKILL struck, by name, and what became of the items.
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// So many named points are met at least.
const LEAST: usize = 20;

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

    /// What is wrong about them: too few in all, or, where all calls were swept, in one of these scenes.
    pub fn too_few(&self, scenes: impl Iterator<Item = String>, is_thorough: bool) -> Vec<String> {
        let each = scenes.filter(|_| is_thorough).map(|scene| (self.points(Some(&scene)), scene));
        let few =
            |points: usize, where_: &str| format!("SIGKILL struck at {points} named points only{where_}");
        let mut wrong: Vec<_> = each
            .filter(|(points, _)| *points < LEAST)
            .map(|(points, scene)| few(points, &format!(" in {scene}")))
            .collect();
        let all = self.points(None);
        wrong.extend((all < LEAST).then(|| few(all, "")));
        wrong
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
