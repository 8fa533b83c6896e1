//! arXiv's answers of the last day, kept as its manual asks: its results change once a day.
use std::{
    cell::RefCell,
    mem::{size_of, size_of_val},
    time::{Duration, Instant},
};

use crate::web::{Author, Paper};

/// How long an answer is kept.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The most answers that are kept, and about the most memory they take, in bytes.
const MOST_ANSWERS: usize = 64;
const MOST_BYTES: usize = 1024 * 1024;

/// Answers by the address of the question. The oldest go first.
#[derive(Debug, Default)]
pub(super) struct Cache(RefCell<Vec<Answer>>);

#[derive(Debug)]
struct Answer {
    question: String,
    papers: Vec<Paper>,
    at: Instant,
    size: usize,
}

impl Cache {
    /// The answer to a question that was asked within the last day.
    pub(super) fn get(&self, question: &str, now: Instant) -> Option<Vec<Paper>> {
        self.forget_old(now);
        let answers = self.0.borrow();
        answers.iter().find(|answer| answer.question == question).map(|answer| answer.papers.clone())
    }

    /// Keeps an answer, unless it alone is too much.
    pub(super) fn put(&self, question: &str, papers: &[Paper], now: Instant) {
        self.forget_old(now);
        let size = size_of::<Answer>() + question.len() + papers.iter().map(size_of_paper).sum::<usize>();
        let mut answers = self.0.borrow_mut();
        answers.retain(|answer| answer.question != question);
        if size > MOST_BYTES {
            return;
        }
        while answers.len() >= MOST_ANSWERS || total(&answers) + size > MOST_BYTES {
            answers.remove(0);
        }
        // Copies, because a copy takes no more room than its text.
        answers.push(Answer { question: question.to_owned(), papers: papers.to_vec(), at: now, size });
    }

    fn forget_old(&self, now: Instant) {
        self.0.borrow_mut().retain(|answer| now.saturating_duration_since(answer.at) < DAY);
    }
}

fn total(answers: &[Answer]) -> usize {
    answers.iter().map(|answer| answer.size).sum()
}

/// About what a paper takes in memory.
fn size_of_paper(paper: &Paper) -> usize {
    let Paper { title, url, year: _, published, authors, summary, categories, is_withdrawn: _ } = paper;
    let author = |Author { name, affiliation }: &Author| name.len() + affiliation.len();
    let texts = title.len() + url.len() + published.len() + summary.len();
    size_of::<Paper>()
        + texts
        + size_of_val(&authors[..])
        + authors.iter().map(author).sum::<usize>()
        + size_of_val(&categories[..])
        + categories.iter().map(String::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Cache {
        fn kept(&self) -> usize {
            self.0.borrow().len()
        }
    }

    fn paper(summary: &str) -> Paper {
        Paper {
            title: "Wakes".to_owned(),
            url: "https://arxiv.org/abs/2610.01234".to_owned(),
            year: 2026,
            published: "2026-10-02T17:58:06Z".to_owned(),
            authors: vec![Author { name: "Ada Example".to_owned(), affiliation: String::new() }],
            summary: summary.to_owned(),
            categories: vec!["physics.flu-dyn".to_owned()],
            is_withdrawn: false,
        }
    }

    #[test]
    fn an_answer_is_kept_for_a_day_an_empty_one_too() {
        let (cache, now) = (Cache::default(), Instant::now());
        cache.put("a", &[paper("short")], now);
        cache.put("b", &[], now);
        let almost = now + DAY - Duration::from_secs(1);
        assert_eq!(cache.get("a", almost), Some(vec![paper("short")]));
        assert_eq!(cache.get("b", almost), Some(vec![]));
        assert_eq!(cache.get("c", almost), None);
        assert_eq!(cache.get("a", now + DAY), None);
        assert_eq!(cache.kept(), 0, "what is old still takes memory");
    }

    #[test]
    fn the_oldest_answers_make_room_for_new_ones() {
        let (cache, now) = (Cache::default(), Instant::now());
        (0..100).for_each(|n| cache.put(&n.to_string(), &[paper("short")], now));
        assert_eq!(cache.kept(), 64);
        assert_eq!((cache.get("35", now), cache.get("36", now).is_some()), (None, true));
        cache.put("99", &[], now);
        assert_eq!((cache.kept(), cache.get("99", now)), (64, Some(vec![])));
    }

    #[test]
    fn all_answers_together_take_a_megabyte_at_most() {
        let (cache, now) = (Cache::default(), Instant::now());
        let large: Vec<Paper> = (0..25).map(|_| paper(&"x".repeat(8000))).collect();
        (0..64).for_each(|n| cache.put(&n.to_string(), &large, now));
        let kept = cache.kept();
        assert!((4..=5).contains(&kept), "{kept} answers of 200 kB");
        cache.put("huge", &[paper(&"x".repeat(MOST_BYTES))], now);
        assert_eq!((cache.kept(), cache.get("huge", now)), (kept, None));
    }
}
