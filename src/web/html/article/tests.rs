use super::article;

const PROSE: &str = "<p>The tide came in at six, and with it, as ever, the first numbers of the day, which nobody had \
                     expected to be this high so late in the year.</p>";

fn of(title: &str, markup: &str) -> String {
    article(title, markup).unwrap()
}

fn prose(times: usize) -> String {
    PROSE.repeat(times)
}

#[test]
fn prose_is_chosen_and_what_stands_around_it_is_not() {
    let article = prose(8);
    let around = "<ul><li><a href=\"/\">Ten things to know about harbours</a></li></ul>";
    let page = format!(
        "<div><div class=\"sidebar\">{PROSE}</div><div id=\"story\">{article}</div>\
         <div>{around}</div></div><div>All rights are reserved.</div>"
    );
    assert_eq!(of("", &page), format!("<div id=\"story\">{article}</div>"));
}

#[test]
fn a_neighbour_that_is_prose_belongs_to_it() {
    let page = format!(
        "<div><p>{}</p><div>{}</div><p><a href=\"/\">{}</a></p></div>",
        "Harbours are old. ".repeat(9),
        prose(8),
        "A link to elsewhere ".repeat(9)
    );
    let found = of("", &page);
    assert!(found.contains("Harbours") && !found.contains("elsewhere"), "{found}");
}

#[test]
fn boxes_of_links_and_of_buttons_inside_it_are_left_out() {
    let links = "<a href=\"/\">More about tides</a> <a href=\"/\">and about moons</a>".repeat(3);
    let noise = format!(
        "<div><div>{links}</div></div><div class=\"share\"><p>Pass it on</p></div><aside>{PROSE}</aside>"
    );
    let page = format!("<div>{}{noise}{}</div>", prose(4), prose(4));
    assert_eq!(of("", &page), format!("<div>{}</div>", prose(8)));
}

#[test]
fn a_table_of_data_stays_and_one_of_links_goes() {
    let row = "<tr><td>6.1</td><td>north</td></tr>";
    let data = format!("<table><tr><th>Height</th><th>Side</th></tr>{}</table>", row.repeat(3));
    let links = "<table><tr><td><a href=\"/\">Tides</a></td><td><a href=\"/\">Moons</a></td></tr></table>";
    let page = format!("<div>{}{data}{links}{}</div>", prose(4), prose(4));
    assert_eq!(of("", &page), format!("<div>{}{data}{}</div>", prose(4), prose(4)));
}

#[test]
fn of_headings_only_the_one_that_repeats_the_title_goes() {
    let page = format!("<div><h1>A <span>late</span> tide</h1>{}<h2>A moon</h2>{}</div>", prose(4), prose(4));
    let found = of("A late tide | The Harbour", &page);
    assert!(!found.contains("h1") && found.contains("<h2>A moon</h2>"), "{found}");
}

#[test]
fn where_too_little_is_left_names_are_not_believed() {
    let page = format!("<div class=\"sidebar\">{}</div>", prose(8));
    assert_eq!(of("", &page), page);
}

#[test]
fn without_text_there_is_none() {
    assert_eq!(article("", ""), None);
    assert_eq!(article("", "<div><p></p></div>"), None);
}
