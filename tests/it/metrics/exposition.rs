//! A strict reader of Prometheus' text format 0.0.4: it takes less than Prometheus does, and forgives nothing.
use std::collections::{BTreeMap, HashSet};

/// The samples by their series, as it is written: `name{label="value"}`.
pub type Samples = BTreeMap<String, f64>;

/// Each family is its HELP, its TYPE, and its samples, and comes once; no series comes twice.
pub fn read(text: &str) -> Result<Samples, String> {
    let (mut samples, mut families) = (Samples::new(), HashSet::new());
    let mut lines = text.strip_suffix('\n').ok_or("no line feed at the end")?.split('\n').peekable();
    while let Some(line) = lines.next() {
        let of_line = |why: &str| format!("{why}: {line:?}");
        let (name, help) = comment(line, "HELP").ok_or_else(|| of_line("no HELP"))?;
        let typed = lines.next().and_then(|line| comment(line, "TYPE")).filter(|(typed, _)| *typed == name);
        let (_, kind) = typed.ok_or_else(|| of_line("no TYPE after it"))?;
        let is_sound = is_name(name) && !help.is_empty() && !help.contains('\\');
        if !is_sound || !families.insert(name) || !["counter", "gauge", "summary"].contains(&kind) {
            return Err(of_line("not such a family, or not again"));
        }
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let (series, value) = sample(line, name, kind).ok_or_else(|| format!("no sample: {line:?}"))?;
            if samples.insert(series.to_owned(), value).is_some() {
                return Err(format!("twice: {line:?}"));
            }
        }
    }
    Ok(samples)
}

fn comment<'a>(line: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix("# ")?.strip_prefix(kind)?.strip_prefix(' ')?.split_once(' ')
}

fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

fn sample<'a>(line: &'a str, family: &str, kind: &str) -> Option<(&'a str, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').map_or((series, None), |(name, rest)| (name, Some(rest)));
    let belongs = match kind {
        "summary" => ["_sum", "_count"].map(|suffix| format!("{family}{suffix}")).contains(&name.to_owned()),
        _ => name == family,
    };
    let number: f64 = value.parse().ok()?;
    let fits = number.is_finite() && (kind == "gauge" || number >= 0.0);
    (belongs && fits && labels.is_none_or(are_labels)).then_some((series, number))
}

/// What stands behind the opening brace, that which closes it included.
fn are_labels(text: &str) -> bool {
    let label = |text| -> Option<&str> {
        let (name, rest) = str::split_once(text, "=\"")?;
        let mut escaped = false;
        let end = rest.char_indices().find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let (value, rest) = rest.split_at(end?.0);
        let plain = value.replace("\\\\", "").replace("\\\"", "").replace("\\n", "");
        (is_name(name) && !plain.contains('\\')).then_some(&rest[1..])
    };
    match label(text) {
        Some("}") => true,
        Some(rest) => rest.strip_prefix(',').is_some_and(are_labels),
        None => false,
    }
}

#[test]
fn the_reader_takes_what_is_right_and_nothing_else() {
    let head = "# HELP a_total What.\n# TYPE a_total counter\n";
    let right = "a_total{x=\"1\",y=\"a\\\\b\\\"c\\nd}, \"} 2\na_total{x=\"2\"} 0.5\n";
    let summary = "# HELP s What.\n# TYPE s summary\ns_sum 0.1\ns_count 3\n";
    let samples = read(&format!("{head}{right}{summary}")).unwrap();
    assert_eq!((samples.len(), samples["a_total{x=\"2\"}"], samples["s_count"]), (4, 0.5, 3.0));
    for wrong in [
        "a_total 1",
        "a_total 1\n\n",
        "a_total 1\na_total 1\n",
        "a_total 1\n# HELP a_total What.\n# TYPE a_total counter\n",
        "b_total 1\n",
        "a_total_sum 1\n",
        "a_total -1\n",
        "a_total NaN\n",
        "a_total one\n",
        "a_total{} 1\n",
        "a_total{x=1} 1\n",
        "a_total{x=\"1} 1\n",
        "a_total{x=\"1\" 1\n",
        "a_total{x=\"a\"b\"} 1\n",
        "a_total{x=\"a\\tb\"} 1\n",
        "a_total{1=\"a\"} 1\n",
        "# TYPE b gauge\n# HELP b What.\nb 1\n",
        "# HELP b What.\nb 1\n",
        "# HELP b What.\n# TYPE b number\nb 1\n",
        "# HELP b \\What.\n# TYPE b gauge\nb 1\n",
    ] {
        assert!(read(&format!("{head}{wrong}")).is_err(), "{wrong}");
    }
    assert!(read("a_total 1\n").is_err(), "nobody said what it is");
}
