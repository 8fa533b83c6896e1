//! Reading answers that differ between versions, in little memory. Every member is read from its own text, straight
//! into the few things that are needed of it; a tree of all that was sent would take fifteen times the answer.
use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// The most members of one list that are looked at. No list that is asked for has more than a paper's authors.
const MOST_MEMBERS: usize = 10_000;

/// Takes what has another form than expected, and null, as absent.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    value: D,
) -> Result<T, D::Error> {
    let text = <&RawValue>::deserialize(value)?.get();
    Ok(serde_json::from_str(text).unwrap_or_default())
}

/// The members of a list that have the form that is expected; what is no list is an error.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Vec<T>, D::Error> {
    value.deserialize_seq(Members(PhantomData))
}

/// The same where the list is not what was asked for, and may be missing or null.
pub(super) fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    value: D,
) -> Result<Vec<T>, D::Error> {
    let text = <&RawValue>::deserialize(value)?.get();
    Ok(list(&mut serde_json::Deserializer::from_str(text)).unwrap_or_default())
}

struct Members<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Members<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Vec<T>, A::Error> {
        let mut usable = Vec::new();
        let mut seen = 0;
        while let Some(member) = members.next_element::<&RawValue>()? {
            seen += 1;
            if seen > MOST_MEMBERS {
                return Err(A::Error::custom("the list is too long"));
            }
            usable.extend(serde_json::from_str(member.get()).ok());
        }
        Ok(usable)
    }
}
