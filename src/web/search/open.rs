//! The open indexes, which need no key: OpenAlex knows who works where on what, Wikipedia tells about those who are
//! widely known, Crossref has books and papers under their DOI. What they say is taken as a text with its address;
//! they lead to no homepages.
use url::Url;

use super::{
    Client, Found, Hit, Probe, Provider, Query, crossref::Crossref, host, known, openalex::OpenAlex,
    wikipedia::Wikipedia,
};
use crate::{
    config::Secret,
    text::name::{Mention, PersonName},
    web::{Page, WebError},
};

/// All three, best first.
#[derive(Debug)]
pub(super) struct Open {
    openalex: OpenAlex,
    /// Its rules forbid to ask without saying who asks.
    wikipedia: Option<Wikipedia>,
    crossref: Crossref,
}

impl Open {
    /// The indexes at these addresses. Wikipedia is asked only with a contact.
    pub(super) fn new(
        openalex: Url,
        openalex_key: Option<Secret>,
        crossref: Url,
        wikipedia: Url,
        contact: Option<String>,
    ) -> Open {
        Open {
            openalex: OpenAlex { base: openalex, key: openalex_key },
            wikipedia: contact.is_some().then_some(Wikipedia { base: wikipedia }),
            crossref: Crossref { base: crossref, contact },
        }
    }
}

impl Provider for Open {
    fn name(&self) -> String {
        let wikipedia = self.wikipedia.as_ref().map(|w| format!(", Wikipedia at {}", host(&w.base)));
        let (openalex, crossref) = (host(&self.openalex.base), host(&self.crossref.base));
        format!("OpenAlex at {openalex}{}, Crossref at {crossref}", wikipedia.unwrap_or_default())
    }

    fn probe(&self, client: &Client) -> Vec<Probe> {
        let of = |index: &str, base: &Url, answer: Result<Vec<Page>, WebError>| Probe {
            who: format!("{index} at {}", host(base)),
            outcome: answer.map(|pages| pages.len()),
        };
        known(|query| {
            let wikipedia =
                self.wikipedia.as_ref().map(|w| of("Wikipedia", &w.base, w.records(client, query)));
            let openalex = of("OpenAlex", &self.openalex.base, self.openalex.records(client, query));
            let crossref = of("Crossref", &self.crossref.base, self.crossref.records(client, query));
            [openalex].into_iter().chain(wikipedia).chain([crossref]).collect()
        })
    }

    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError> {
        let wikipedia = self.wikipedia.as_ref().map_or(Ok(Vec::new()), |w| w.records(client, query));
        weigh(
            [self.openalex.records(client, query), wikipedia, self.crossref.records(client, query)],
            &PersonName::parse(query.name),
        )
    }
}

/// What all of them found about the person. One that is away is a warning while another found something, and else
/// the whole search's failure; a refused key or a spent quota always is: somebody has to mend it.
fn weigh(answers: [Result<Vec<Page>, WebError>; 3], name: &PersonName) -> Result<Found, WebError> {
    let mut found = Found::default();
    for answer in answers {
        match answer {
            Ok(pages) => found.hits.extend(
                pages.into_iter().filter(|page| name.mention(&page.text) == Mention::Full).map(Hit::Record),
            ),
            Err(error @ (WebError::KeyRefused(_) | WebError::QuotaSpent(_))) => return Err(error),
            Err(error) => found.failures.push(error),
        }
    }
    found.or_failure()
}
