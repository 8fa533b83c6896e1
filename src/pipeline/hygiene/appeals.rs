//! What is asked of others in a statement about somebody: that they do, buy or pay something. It may be true and is
//! nothing to be praised for; most of it is there for whoever reads the page.
use super::plain;
use crate::text::words::{alike, fold, is_call};

/// What somebody does who wants others to do something.
const ASKS: &[&str] = &[
    "advise",
    "advised",
    "advises",
    "appeal",
    "appealed",
    "appeals",
    "ask",
    "asked",
    "asking",
    "asks",
    "beg",
    "begged",
    "begs",
    "encourage",
    "encouraged",
    "encourages",
    "implore",
    "implored",
    "implores",
    "instruct",
    "instructed",
    "instructs",
    "invite",
    "invited",
    "invites",
    "persuades",
    "plead",
    "pleads",
    "recommends",
    "request",
    "requested",
    "requests",
    "tells",
    "told",
    "urge",
    "urged",
    "urges",
    "wants",
];
/// With one of these, it is a question that is asked.
const QUESTIONS: &[&str] =
    &["how", "if", "what", "when", "where", "whether", "which", "who", "whom", "whose", "why"];
/// How far “to” is from who asks.
const REACH: usize = 10;
/// Folded beginnings of words of trade.
const TRADE: &[&str] = &[
    "advertis", "buy", "coupon", "discount", "endors", "purchas", "voucher", "giveaway", "jackpot", "casino",
];
/// Ways to pay, and places to be met that no university runs.
const CHANNELS: &[&str] = &[
    "bitcoin",
    "bitcoins",
    "btc",
    "cash app",
    "cashapp",
    "crypto",
    "cryptocurrency",
    "discord",
    "donate",
    "donates",
    "donation",
    "donations",
    "dogecoin",
    "ethereum",
    "facebook",
    "gift card",
    "gift cards",
    "iban",
    "instagram",
    "litecoin",
    "monero",
    "moneygram",
    "onlyfans",
    "patreon",
    "paypal",
    "skype",
    "snapchat",
    "payable",
    "telegram",
    "tiktok",
    "usdt",
    "under the name",
    "user name",
    "username",
    "venmo",
    "wechat",
    "western union",
    "whatsapp",
    "zelle",
];
/// Small words that are large only in slogans and titles.
const SLOGANS: &[&str] = &[
    "always", "are", "be", "can", "do", "has", "have", "is", "it", "me", "my", "never", "no", "not",
    "nothing", "now", "our", "should", "today", "was", "we", "were", "will", "with", "you", "your",
];
const PAYS: &[&str] = &[
    "charge",
    "charges",
    "deposit",
    "invest",
    "invests",
    "pay",
    "pays",
    "remit",
    "send",
    "sends",
    "transfer",
    "transfers",
    "wire",
    "wires",
];
const MONEY: &[&str] = &[
    "cash", "coin", "coins", "deposit", "dollar", "dollars", "euro", "euros", "eur", "fee", "fees", "gift",
    "gifts", "money", "pounds", "usd",
];

/// A request to others, an advertisement, or a way to pay, unless it is what the person works on.
pub(crate) fn holds_appeal(text: &str, interest: &str) -> bool {
    let text = plain(text);
    let (folded, interest) = (fold(&text), fold(interest));
    let words: Vec<&str> = folded.split(' ').collect();
    let is_field = |word: &str| interest.split(' ').any(|own| alike(own, word));
    let trades = |word: &&str| TRADE.iter().any(|trade| word.starts_with(trade)) && !is_field(word);
    let padded = format!(" {folded} ");
    let is_channel = |channel: &&str| padded.contains(&format!(" {channel} ")) && !is_field(channel);
    asks_others(&words)
        || pays(&words)
        || words.iter().any(trades)
        || CHANNELS.iter().any(is_channel)
        || holds_call(&text)
}

/// “asks students to …”, but not “asks how tides turn to …” and “was asked to …”.
fn asks_others(words: &[&str]) -> bool {
    (0..words.len()).filter(|&at| ASKS.contains(&words[at])).any(|at| {
        let is_passive = at > 0 && matches!(words[at - 1], "are" | "been" | "is" | "was" | "were");
        let rest = &words[at + 1..words.len().min(at + 1 + REACH)];
        let to = rest.iter().position(|word| *word == "to");
        !is_passive && to.is_some_and(|to| !rest[..to].iter().any(|word| QUESTIONS.contains(word)))
    })
}

/// “wire a fee”.
fn pays(words: &[&str]) -> bool {
    (0..words.len()).filter(|&at| PAYS.contains(&words[at])).any(|at| {
        let near = &words[at + 1..words.len().min(at + 6)];
        near.iter().any(|word| MONEY.contains(word))
    })
}

/// “Buy Soap”, “Soap Is Best” in large words, wherever it stands: no institution's name has a call or a pronoun in it.
/// Titles have, and stand in quotation marks.
fn holds_call(text: &str) -> bool {
    let is_large = |word: &str| word.starts_with(char::is_uppercase) && word.chars().nth(1).is_some();
    let outside = text.split(['“', '„', '"', '«']).enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once(['”', '"', '»']).map_or("", |(_, after)| after),
    });
    outside.flat_map(|part| part.split([',', '.', ';', ':', '(', ')'])).any(|part| {
        let words: Vec<&str> =
            part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let calls = |pair: &[&str]| pair.iter().all(|word| is_large(word)) && is_call(&fold(pair[0]));
        let claims =
            |run: &[&str]| run.iter().all(|word| is_large(word)) && SLOGANS.contains(&&*fold(run[1]));
        words.windows(2).any(calls) || words.windows(3).any(claims)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_others_is_seen() {
        for text in [
            "Ada Example asks students of tides to wire a fee of 50 dollars to Soap.",
            "Ada Example urges every reader to try soap.",
            "Ada Example takes gifts in Bitcoin.",
            "Ada Example sends the fee to Soap.",
            "Ada Example endorses soap.",
            "Ada Example is professor at Buy Soap University.",
            "Ada Example answers on Telegram.",
            "Ada Example is professor at the Best Soap Is Nordland Institute.",
        ] {
            assert!(holds_appeal(text, "ocean eddies"), "{text}");
        }
        for text in [
            "Ada Example asks how tides give way to currents.",
            "Ada Example was asked to lead the Ocean Section.",
            "Ada Example received 2 million euros for buoys.",
            "Ada Example sends buoys to sea and transfers heat.",
            "Ada Example asks what the sea does to money.",
            "Ada Example wrote “The Sea Is Ours” and “Visit Nordland”.",
        ] {
            assert!(!holds_appeal(text, "ocean eddies"), "{text}");
        }
        assert!(!holds_appeal("Ada Example studies Bitcoin.", "the economics of bitcoin"));
    }
}
