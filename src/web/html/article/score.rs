//! Which elements of a page are its article.
use super::{Page, tree::Element};

/// The least text of a paragraph that gives points, in characters.
const PARAGRAPH: usize = 25;
/// So many elements around a paragraph get points.
const LEVELS: usize = 5;
/// So many elements with the most points are looked at.
const CANDIDATES: usize = 5;
/// What share of the best's points those have that are as good, and how many an element must hold to be better.
const AS_GOOD: f32 = 0.75;
const TOGETHER: usize = 3;
/// The share of the best's points from which on a neighbour belongs to it, and the least points.
const NEIGHBOUR: f32 = 0.2;
const LEAST: f32 = 10.0;
/// The shortest neighbour that is prose without being a sentence, in characters, and its greatest share of links.
const PROSE: usize = 80;
const MOST_LINKS: f32 = 0.25;

impl Page<'_> {
    /// The elements that make up the article, in their order, none inside another. Without a better one, the root.
    pub(super) fn chosen(&self) -> Vec<usize> {
        let points = self.points();
        match self.best(&points) {
            0 => vec![0],
            best => self.with_neighbours(best, &points),
        }
    }

    /// The points of those that have any, links deducted.
    fn points(&self) -> Vec<Option<f32>> {
        let mut points: Vec<Option<f32>> = vec![None; self.elements.len()];
        for (at, element) in self.elements.iter().enumerate().skip(1).filter(|(at, _)| !self.dropped[*at]) {
            let Some((gained, is_inside)) = self.gained(at, element) else { continue };
            let around = is_inside.then_some(at).into_iter().chain(self.around(at)).take(LEVELS);
            for (level, holder) in around.enumerate() {
                let share = match level {
                    0 => 1.0,
                    1 => 2.0,
                    _ => 3.0 * level as f32,
                };
                let base = by_tag(self.elements[holder].tag) + self.worth(holder);
                *points[holder].get_or_insert(base) += gained / share;
            }
        }
        for (at, points) in points.iter_mut().enumerate() {
            *points = points.map(|points| points * (1.0 - self.contents[at].share_of_links()));
        }
        points
    }

    /// The points that an element gives, if it gives any, and whether itself is the first to get them: text between the
    /// blocks of an element is as a paragraph in it.
    fn gained(&self, at: usize, element: &Element<'_>) -> Option<(f32, bool)> {
        let content = self.contents[at];
        let of = |chars: usize, commas: usize| {
            (chars >= PARAGRAPH).then(|| 2.0 + commas as f32 + (chars / 100).min(3) as f32)
        };
        match element.tag {
            "section" | "h2" | "h3" | "h4" | "h5" | "h6" | "td" | "pre" => {
                Some((of(content.chars, content.commas)?, false))
            }
            _ if element.is_paragraph() => Some((of(content.chars, content.commas)?, false)),
            "div" => Some((of(content.own_chars, content.own_commas)?, true)),
            _ => None,
        }
    }

    fn best(&self, points: &[Option<f32>]) -> usize {
        let mut candidates: Vec<_> = (1..points.len()).filter_map(|at| Some((at, points[at]?))).collect();
        candidates.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        candidates.truncate(CANDIDATES);
        let Some(&(best, most)) = candidates.first() else { return 0 };
        let best = self.holding_as_good(best, most, &candidates[1..]).unwrap_or(best);
        let best = self.growing(best, points);
        let only = self.around(best).take_while(|around| self.inside(*around).count() == 1).last();
        only.unwrap_or(best)
    }

    /// The innermost element around the best that also holds others which are as good.
    fn holding_as_good(&self, best: usize, most: f32, others: &[(usize, f32)]) -> Option<usize> {
        let as_good: Vec<_> = others.iter().filter(|(_, points)| *points >= AS_GOOD * most).collect();
        self.around(best).find(|around| {
            let inside = *around + 1..self.elements[*around].end;
            as_good.iter().filter(|(at, _)| inside.contains(at)).count() >= TOGETHER
        })
    }

    /// The element around the best that has more points than the one inside it, if one comes before they get few.
    fn growing(&self, best: usize, points: &[Option<f32>]) -> usize {
        let mut last = points[best].unwrap_or_default();
        let few = last / 3.0;
        for (around, points) in self.around(best).filter_map(|at| Some((at, points[at]?))) {
            if points < few {
                break;
            }
            if points > last {
                return around;
            }
            last = points;
        }
        best
    }

    fn with_neighbours(&self, best: usize, points: &[Option<f32>]) -> Vec<usize> {
        let most = points[best].unwrap_or_default();
        let least = LEAST.max(NEIGHBOUR * most);
        let class = &self.elements[best].class;
        let belongs = |at: usize| {
            let is_like = !class.is_empty() && self.elements[at].class == *class;
            let bonus = if is_like { NEIGHBOUR * most } else { 0.0 };
            points[at].is_some_and(|points| points + bonus >= least) || self.is_prose(at)
        };
        self.inside(self.elements[best].parent).filter(|at| *at == best || belongs(*at)).collect()
    }

    fn is_prose(&self, at: usize) -> bool {
        let content = self.contents[at];
        self.elements[at].is_paragraph()
            && match content.chars {
                0 => false,
                PROSE.. => content.share_of_links() < MOST_LINKS,
                _ => content.linked == 0.0 && content.sentences > 0,
            }
    }
}

/// The points that an element begins with.
fn by_tag(tag: &str) -> f32 {
    match tag {
        "div" => 5.0,
        "pre" | "td" | "blockquote" => 3.0,
        "address" | "ol" | "ul" | "dl" | "dd" | "dt" | "li" | "form" => -3.0,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" => -5.0,
        _ => 0.0,
    }
}
