//! Titles and names without LaTeX: arXiv gives them as submitters typed them, and an e-mail shows them to people.
//!
//! Only what has a plain form is rewritten; a text with anything else in it is left as it is.
use std::{iter::Peekable, str::Chars};

/// The text with letters and signs in place of LaTeX: “a $k$-$\epsilon$ study” becomes “a k-ε study”.
pub(in crate::web) fn plain(text: &str) -> String {
    if !text.contains(['\\', '$', '{', '}']) {
        return text.to_owned();
    }
    Reader { rest: text.chars().peekable(), depth: 0 }.read(Until::End).unwrap_or_else(|| text.to_owned())
}

/// The deepest nesting of braces that is followed.
const DEEPEST: usize = 8;

/// Accents: the letters that take each, and what becomes of them.
const ACCENTS: &[(char, &str, &str)] = &[
    ('\'', "aeiouyAEIOUYcnszCNSZ", "áéíóúýÁÉÍÓÚÝćńśźĆŃŚŹ"),
    ('`', "aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
    ('^', "aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
    ('"', "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
    ('~', "anoANO", "ãñõÃÑÕ"),
    ('c', "csCS", "çşÇŞ"),
    ('v', "csznreCSZNRE", "čšžňřěČŠŽŇŘĚ"),
    ('H', "ouOU", "őűŐŰ"),
    ('u', "agAG", "ăğĂĞ"),
    ('r', "auAU", "åůÅŮ"),
    ('=', "aeiouAEIOU", "āēīōūĀĒĪŌŪ"),
    ('k', "aeAE", "ąęĄĘ"),
    ('.', "zeIZE", "żėİŻĖ"),
];

/// Commands that stand for a letter or a sign.
const SIGNS: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("varepsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("iota", "ι"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("upsilon", "υ"),
    ("phi", "φ"),
    ("varphi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Theta", "Θ"),
    ("Lambda", "Λ"),
    ("Xi", "Ξ"),
    ("Pi", "Π"),
    ("Sigma", "Σ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
    ("times", "×"),
    ("to", "→"),
    ("rightarrow", "→"),
    ("sim", "~"),
    ("approx", "≈"),
    ("le", "≤"),
    ("leq", "≤"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("pm", "±"),
    ("cdot", "·"),
    ("infty", "∞"),
    ("ell", "ℓ"),
    ("hbar", "ħ"),
    ("odot", "⊙"),
    ("ast", "*"),
    ("ldots", "…"),
    ("dots", "…"),
    ("o", "ø"),
    ("O", "Ø"),
    ("l", "ł"),
    ("L", "Ł"),
    ("ss", "ß"),
    ("ae", "æ"),
    ("AE", "Æ"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("aa", "å"),
    ("AA", "Å"),
    ("i", "ı"),
    ("j", "ȷ"),
    ("LaTeX", "LaTeX"),
    ("TeX", "TeX"),
];

/// Commands that only change the look of what follows.
const LOOKS: &[&str] = &[
    "emph",
    "it",
    "rm",
    "bf",
    "sf",
    "tt",
    "textit",
    "textbf",
    "textrm",
    "textsf",
    "texttt",
    "textsc",
    "text",
    "mathrm",
    "mathbf",
    "mathit",
    "mathsf",
    "mathcal",
    "mathbb",
    "mathfrak",
    "ensuremath",
    "mbox",
    "boldsymbol",
];

const HIGH: (&str, &str) = ("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ");
const LOW: (&str, &str) = ("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋");

/// Where a part of the text ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    End,
    Brace,
    Dollar,
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

impl Reader<'_> {
    /// The text up to the end of this part; `None` where something has no plain form.
    fn read(&mut self, until: Until) -> Option<String> {
        let mut plain = String::new();
        while let Some(c) = self.rest.next() {
            match c {
                '}' => return (until == Until::Brace).then_some(plain),
                '$' if until == Until::Dollar => return Some(plain),
                '$' if until == Until::End => plain += &self.formula()?,
                '$' => return None,
                '{' => plain += &self.group()?,
                '\\' => plain += &self.command()?,
                '^' if until == Until::Dollar => plain += &self.shifted(HIGH)?,
                '_' if until == Until::Dollar => plain += &self.shifted(LOW)?,
                c => plain.push(c),
            }
        }
        (until == Until::End).then_some(plain)
    }

    fn group(&mut self) -> Option<String> {
        self.depth += 1;
        let inside = if self.depth <= DEEPEST { self.read(Until::Brace) } else { None };
        self.depth -= 1;
        inside
    }

    /// What stands between two dollars; with a space at either end, they are money.
    fn formula(&mut self) -> Option<String> {
        let inside = self.read(Until::Dollar)?;
        let is_money = self.rest.peek().is_some_and(char::is_ascii_digit);
        (!is_money && !inside.is_empty() && inside == inside.trim()).then_some(inside)
    }

    fn command(&mut self) -> Option<String> {
        let first = self.rest.next()?;
        if !first.is_ascii_alphabetic() {
            return match first {
                '&' | '%' | '$' | '#' | '_' | '{' | '}' => Some(first.into()),
                ' ' | ',' | ';' => Some(" ".into()),
                '-' | '/' | '!' => Some(String::new()),
                mark => self.accent(mark),
            };
        }
        let mut name = String::from(first);
        while let Some(c) = self.rest.next_if(char::is_ascii_alphabetic) {
            name.push(c);
        }
        if let Some((_, sign)) = SIGNS.iter().find(|(known, _)| *known == name) {
            self.rest.next_if_eq(&' ');
            return Some((*sign).to_owned());
        }
        self.rest.next_if_eq(&' ');
        match LOOKS.contains(&&*name) {
            true => Some(String::new()),
            false if name.len() == 1 => self.accent(first),
            false => None,
        }
    }

    /// The letter that follows, in braces or not, under this mark.
    fn accent(&mut self, mark: char) -> Option<String> {
        let (_, letters, accented) = ACCENTS.iter().find(|(known, ..)| *known == mark)?;
        let text = self.argument()?;
        let letter = match &*text {
            "ı" => 'i',
            text => text.chars().next().filter(|c| c.len_utf8() == text.len())?,
        };
        let at = letters.chars().position(|known| known == letter)?;
        accented.chars().nth(at).map(String::from)
    }

    fn argument(&mut self) -> Option<String> {
        match self.rest.next()? {
            '{' => self.group(),
            '\\' => self.command(),
            c => Some(c.into()),
        }
    }

    /// A power or an index, where all of it has small figures.
    fn shifted(&mut self, (figures, small): (&str, &str)) -> Option<String> {
        let text = self.argument()?;
        let shift = |c: char| small.chars().nth(figures.chars().position(|figure| figure == c)?);
        text.chars().map(shift).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_a_plain_form_gets_it() {
        for (latex, expected) in [
            (r"a $k$-$\epsilon$ study", "a k-ε study"),
            (r#"Poincar\'e and Erd\H{o}s, M{\"u}\ss ter, \'{\i}"#, "Poincaré and Erdős, Müßter, í"),
            (r"{\it Ab initio} study of {CO}$_2$ at $10^{-3}$ K", "Ab initio study of CO₂ at 10⁻³ K"),
            (r"$\mathrm{H}_{2}$ in $\alpha\beta$ phases \& more", "H₂ in αβ phases & more"),
            (r"\textbf{Bold} claims: 5\% of $N \to \infty$", "Bold claims: 5% of N →∞"),
            ("plain", "plain"),
        ] {
            assert_eq!(plain(latex), expected);
        }
    }

    #[test]
    fn what_has_none_is_left_as_it_is() {
        for text in [
            r"$\frac{1}{2}$ of it",
            "$x_{ij}$ and more",
            "costs $5 and $6",
            "costs $5",
            "a } b",
            "a { b",
            r"\",
            r"\unknown{x}",
            r"\'q",
        ] {
            assert_eq!(plain(text), text);
        }
        let deep = format!("{}x{}", "{".repeat(100_000), "}".repeat(100_000));
        assert_eq!(plain(&deep), deep);
    }

    proptest! {
        #[test]
        fn any_text_is_taken_without_panic(text in r#"[\\${}^_'"a-cn0-2 ü]{0,40}"#) {
            let once = plain(&text);
            prop_assert!(once.len() <= 3 * text.len() + 3);
        }
    }
}
