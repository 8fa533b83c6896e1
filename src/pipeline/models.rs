//! The models that the steps ask.
use super::Step;
use crate::model::Model;

/// Who reads and who writes.
#[derive(Clone, Copy)]
pub(crate) struct Models<'a> {
    /// Templates.
    pub parser: &'a dyn Model,
    /// Pages.
    pub reader: &'a dyn Model,
    /// The values.
    pub composer: &'a dyn Model,
}

impl<'a> Models<'a> {
    /// Each of them once.
    pub fn each(self) -> impl Iterator<Item = &'a dyn Model> {
        let is_another = !std::ptr::addr_eq(self.reader, self.parser);
        [self.composer, self.parser].into_iter().chain(is_another.then_some(self.reader))
    }

    /// Whom a step may ask.
    pub fn of(self, step: Step) -> Option<&'a dyn Model> {
        match step {
            Step::TemplateParser => Some(self.parser),
            Step::WebScraper => Some(self.reader),
            Step::ArxivHelper => None,
            Step::EmailComposer => Some(self.composer),
        }
    }
}
