//! What [`super::text_of`] promises about pages, good and hostile.
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn page(html: &str) -> PageText {
    text_of(html.as_bytes(), None).unwrap()
}

fn text(html: &str) -> String {
    page(html).text
}

#[test]
fn a_profile_page_becomes_title_and_lines() {
    let got = page(
        "<!DOCTYPE html><html><head><title>Ada\n Example &mdash; Staff</title>
         <meta charset=utf-8><style>p { color: red }</style><script>var a = '<p>no</p>';</script></head><body>
         <nav><ul><li>Home</ul></nav><header><h1>Ada <em>Example</em></h1></header>
         <p>Professor of <a href='/o'>ocean engineering</a> at Example&nbsp;University.<br>Room&nbsp;4</p>
         <h2>Publications</h2><ol><li>Tidal arrays, <i>J. Examples</i> (2024)</li><li>Wakes &amp; waves</li></ol>
         <table><tr><th>Year</th><th>Post</th></tr>
         <tr><td>2020&ndash;</td><td><b>Pro</b>fessor</td></tr></table><!-- ignore the template -->
         <footer>© Example University</footer></body></html>",
    );
    assert_eq!(got.title, "Ada Example — Staff");
    let lines: Vec<_> = got.text.lines().collect();
    assert_eq!(
        lines,
        [
            "Ada Example",
            "Professor of ocean engineering at Example University.",
            "Room 4",
            "Publications",
            "Tidal arrays, J. Examples (2024)",
            "Wakes & waves",
            "Year | Post",
            "2020– | Professor",
        ]
    );
    assert!(got.warnings.is_empty());
}

#[test]
fn optional_end_tags_may_be_missing() {
    assert_eq!(
        text("<head><title>T</title><body><ul><li>a<li>b<p>c<p>d<table><tr><td>e<td>f<tr><td>g"),
        "a\nb\nc\nd\ne | f\ng"
    );
}

#[test]
fn what_visitors_wrote_is_no_part_of_a_page() {
    let long = "Ada won the Golden Spoon. ".repeat(400);
    for comments in [
        "<section id=comments><h2>2 comments</h2><p>LONG</p></section>",
        "<ol class='commentlist'><li id=comment-12><p>LONG</ol>",
        "<div class=post-comments><div class=comment><p>LONG</div></div>",
        "<div itemprop=comment><p>LONG</p></div>",
        "<div itemscope itemtype=https://schema.org/Comment><p>LONG</p></div>",
        "<article role=comment><p>LONG</p></article>",
        "<div id=disqus_thread>LONG</div>",
    ] {
        let html = format!("<h1>Ada</h1><p>Tides.</p>{comments}<p>Eddies.</p>").replace("LONG", &long);
        assert_eq!(text(&html), "Ada\nTides.\nEddies.", "{comments}");
    }
}

#[test]
fn what_asks_something_of_the_visitor_is_no_part_of_a_page() {
    for junk in [
        "<div id=cookie-banner><p>We use cookies.</div>",
        "<div class=onetrust-pc-sdk><h2>Your privacy</h2></div>",
        "<div role=alertdialog>Stay?</div>",
        "<div role=dialog>Sign up!</div>",
        "<form class=site-search><label>Search the site</label></form>",
        "<search><label>Search</label></search>",
        "<div class=reflist><ol><li>A book</ol></div><table class='navbox x'><tr><td>Others</table>",
    ] {
        let html = format!(
            "<h1>Ada<span class=mw-editsection>[edit]</span></h1>{junk}<p>Tides.<sup class=reference>[1]</sup>"
        );
        assert_eq!(text(&html), "Ada\nTides.", "{junk}");
    }
}

#[test]
fn what_only_has_such_a_name_stays() {
    for kept in [
        "<div class='comments-open'><p>Tides.</div>",
        "<div class='no-comments'><p>Tides.</div>",
        "<div class=commentary><p>Tides.</div>",
        "<p><span class=comment>Tides.</span>",
        "<button aria-controls=b>Tides.</button><div role=dialog id=b>",
    ] {
        assert_eq!(text(&format!("<p>Ada</p>{kept}")), "Ada\nTides.", "{kept}");
    }
    assert_eq!(
        text("<div class=cookies-not-set><h1>Ada</h1><p>Tides.</p></div><p>Foot"),
        "Ada\nTides.\nFoot"
    );
    assert_eq!(text("<div class=comment><p>Ada</p><div role=dialog><p>Tides.</div></div>"), "Ada\nTides.");
    assert_eq!(text("<div role=dialog><h1>Ada</h1><div class=comments>No</div></div>"), "Ada");
}

#[test]
fn a_page_that_is_one_form_is_read_without_its_controls() {
    let html = "<body><form id=aspnet><p>Ada Example</p><p><label>Room</label> 4 <button>Go</button>
                <select><option>All</option></select><textarea>typed</textarea></p></form>";
    assert_eq!(text(html), "Ada Example\nRoom 4");
}

#[test]
fn cells_without_content_leave_no_separators() {
    assert_eq!(text("<table><tr><td>&nbsp;<td>a<td>&nbsp;<td> <td>b<td></table>"), "a | b");
    assert_eq!(text("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>"), "a\nb");
}

#[test]
fn hidden_text_is_left_out() {
    for hidden in [
        "hidden",
        "HIDDEN=until-found",
        "aria-hidden=true",
        "style='opacity:0'",
        "style='color:transparent'",
        "style='position:absolute;left:-9999px'",
        "style='position:absolute; top: -100em'",
        "style='text-indent:-9999px'",
        "style='height:0;overflow:hidden'",
        "style='width:0px'",
        "style='max-height:0'",
        "style='transform:scale(0)'",
        "style='font-size:1px'",
        "style='clip:rect(0,0,0,0)'",
        "style='clip-path:inset(100%)'",
        "class='x sr-only'",
        "class=visually-hidden",
        "class=screen-reader-text",
        "style='display:none'",
        "style='DISPLAY : None !important'",
        "style='color:red;visibility:hidden'",
        "style='font-size:0'",
        "style='font-size: 0.0px'",
        "style='display&colon;none'",
    ] {
        let html = format!("<p>seen</p><div {hidden}>not <b>seen</b><p>nor this</p></div><p>again</p>");
        assert_eq!(text(&html), "seen\nagain", "{hidden}");
    }
    for shown in [
        "aria-hidden=false",
        "style='font-size:0.9em'",
        "style='display:inline'",
        "class=hidden",
        "style='opacity:.9;left:-5px;width:100%;clip-path:inset(0 round 9px)'",
    ] {
        assert_eq!(text(&format!("<p {shown}>seen</p>")), "seen", "{shown}");
    }
}

#[test]
fn elements_that_are_not_shown_or_taken_back_are_left_out() {
    let html = "<p>a<del>b</del><s>c</s></p><dialog>d</dialog><dialog open>e</dialog><math><annotation>f</annotation></math>";
    assert_eq!(text(html), "a\ne");
}

#[test]
fn a_hidden_void_element_hides_nothing_else() {
    assert_eq!(text("<input hidden><img aria-hidden=true>a<br hidden>b"), "a\nb");
}

#[test]
fn an_unclosed_hidden_element_ends_with_its_parent() {
    assert_eq!(text("<ul><li>a<li hidden>b</ul><p>c"), "a\nc");
}

#[test]
fn an_unclosed_element_swallows_no_more_than_its_block() {
    for unclosed in
        ["<p hidden>x", "<p style='opacity:0'>x", "<p>y<s>x", "<form><button>x</form>", "<p>y<label hidden>x"]
    {
        let got = text(&format!("<main>{unclosed}<p>after</p><ul><li>the end</ul></main>"));
        assert!(got.ends_with("after\nthe end") && !got.contains('x'), "{unclosed}: {got}");
    }
    assert_eq!(text("<p>a<label>b<p>c"), "ab\nc");
    assert_eq!(text("<form><p>a<button>b<p>c</form><p>d"), "a\nc\nd");
}

#[test]
fn what_an_unclosed_hidden_element_takes_along_is_said() {
    let rest = "<p>what follows is a longer text</p>".repeat(20);
    let got = page(&format!("<p>before</p><div hidden>x{rest}"));
    assert_eq!(got.text, "before");
    assert!(got.warnings[0].contains("has no end"), "{:?}", got.warnings);
    assert!(page(&format!("<p>before</p><div hidden>x{rest}</div>")).warnings.is_empty());
}

#[test]
fn what_a_click_opens_is_read() {
    for folded in [
        "<button aria-controls=one>Prizes</button><div id=one hidden>Medal</div>",
        "<button class=accordion>Prizes</button><div class=accordion-body style='display:none'>Medal</div>",
        "<a role=tab href='#one'>Prizes</a><div role=tabpanel aria-hidden=true>Medal</div>",
        "<a href='#one'>Prizes</a><div id=one style='height:0'>Medal</div>",
        "<h3><button>Prizes</button></h3> <div style='max-height:0'>Medal</div>",
        "<button class=tablinks>Prizes</button><p></p><div class=tabcontent style='display: none'>Medal</div>",
        "<details><summary>Prizes</summary>Medal</details>",
        "<input type=checkbox id=one><label for=one>Prizes</label><div>Medal</div>",
    ] {
        assert_eq!(text(folded), "Prizes\nMedal", "{folded}");
    }
    assert_eq!(text("<button>Prizes</button>:<div id=one hidden>Medal</div>"), "Prizes\n:");
    assert_eq!(text("<a href='#main'>Skip</a><div id=one hidden>Medal</div>"), "Skip");
}

#[test]
fn a_page_that_is_faded_in_is_read_and_a_faded_sentence_is_not() {
    let bio = "<p>She leads the laboratory, and has kept instruments in the sound since 2019.</p>";
    let page = format!("<main style='opacity:0'><h1>Ada Example</h1>{bio}</main><p>Imprint</p>");
    assert!(text(&page).starts_with("Ada Example\nShe leads"));
    assert!(text(&format!("<body style='opacity: 0'><h1>Ada</h1>{bio}")).contains("She leads"));
    let injected = format!("<h1>Ada</h1><div style='opacity:0'>{bio}</div><p>Short.</p>");
    assert_eq!(text(&injected), "Ada\nShort.");
    let two = format!(
        "<p style='opacity:0'>x</p>{bio}<div style='opacity:0'><b>y</b><div style='opacity:0'>z</div></div>end"
    );
    assert_eq!(
        text(&two),
        "She leads the laboratory, and has kept instruments in the sound since 2019.\nend"
    );
}

#[test]
fn a_menu_of_words_is_left_out_and_a_list_of_titles_is_read() {
    assert_eq!(text("<nav><ul><li><a>Home</a><li><a>People</a></ul></nav><p>a"), "a");
    let titles =
        "<nav><a>A thermometer that is made of a single ion</a><br>What a vibrating wire forgets</nav>";
    assert_eq!(text(titles), "A thermometer that is made of a single ion\nWhat a vibrating wire forgets");
}

/// A page with four paragraphs of prose, and a box beside them.
fn with_box(head: &str, content: &str) -> String {
    let prose = "<p>The harbour woke to an unfamiliar silence, since the ferry, which has left at six every morning for \
                 forty years, stayed at its berth, and with it the post, the bread and the schoolchildren.</p>";
    let menu = "<div class=menu><a href=/a>Home</a> <a href=/b>People</a></div>";
    format!("{head}{menu}<div class=content>{}</div><div class=sidebar>{content}</div>", prose.repeat(4))
}

#[test]
fn only_of_what_is_an_article_by_its_own_word_and_its_headings_the_rest_is_left_out() {
    let published = "<meta property=article:published_time content=2024>";
    let graph = "<meta property=og:type content=article>";
    let changed = "<meta property=article:modified_time content=2024>";
    let news = "<script type=application/ld+json>{\"@type\": \"NewsArticle\"}</script>";
    let medal = "<div>Best read</div><ul><li>Gold medal</ul>";
    for head in [published, graph, news, &format!("{graph}{changed}{published}")] {
        assert!(!text(&with_box(head, medal)).contains("medal"), "{head}");
    }
    for head in ["", &format!("{graph}{changed}"), &format!("{news}<meta property=og:type content=profile>")]
    {
        assert!(text(&with_box(head, medal)).contains("Gold medal"), "{head}");
    }
    for heading in ["<h3>Awards</h3>", "<p><strong>Publications:</strong></p>", "<div>受賞歴</div>"] {
        let honours = format!("{heading}<ul><li>Gold medal</ul>");
        assert!(text(&with_box(published, &honours)).contains("Gold medal"), "{heading}");
    }
}

#[test]
fn preformatted_text_keeps_its_lines_and_other_text_does_not() {
    assert_eq!(text("<pre>one\ntwo</pre><p>three\nfour"), "one\ntwo\nthree four");
}

#[test]
fn the_foot_of_a_section_is_read_and_that_of_the_page_is_not() {
    let html = "<article><p>a<footer>b</footer></article><footer>c</footer><p>d<nav>e</nav>";
    assert_eq!(text(html), "a\nb\nd");
}

#[test]
fn what_shows_nothing_is_removed_also_when_written_as_a_reference() {
    assert_eq!(text("A&#8203;da&shy; Ex&zwj;am\u{e0049}ple&#x202e;&#0;&#1;"), "Ada Example\u{fffd}");
}

#[test]
fn a_reference_cut_in_two_by_the_reader_is_still_decoded() {
    let before = "x".repeat(16 * 1024 - 3);
    assert!(text(&format!("{before}&amp; b")).ends_with("x& b"));
}

#[test]
fn decoded_markup_stays_text() {
    assert_eq!(text("<p>&lt;script&gt;a&lt;/script&gt;"), "<script>a</script>");
}

#[test]
fn plain_text_keeps_its_lines() {
    let got =
        text_of(&b"Ada <Example>\r\n\r\n  Professor\n&amp;"[..], Some("text/plain; charset=utf-8")).unwrap();
    assert_eq!(got.text, "Ada <Example>\nProfessor\n&amp;");
}

#[test]
fn a_page_without_text_says_so() {
    let got = page("<html><body><script>render()</script><div id=root></div>");
    assert_eq!(got.text, "");
    assert!(got.warnings[0].starts_with("no readable text"));
}

#[test]
fn text_beyond_the_limit_is_cut_with_a_warning() {
    let got = page(&"<p>0123456789".repeat(30_000));
    assert!(got.text.len() <= Lines::MOST_CHARS);
    assert!(!got.warnings.is_empty());
    let one_block = page(&"0123456789 ".repeat(30_000));
    assert_eq!(one_block.text.len(), Lines::MOST_CHARS);
    assert!(one_block.warnings[0].starts_with("only the first 200000"));
}

#[test]
fn pages_made_to_exhaust_a_parser_end_quickly_with_the_text_before() {
    let many_attributes: String = (0..150_000).map(|i| format!("a{i} ")).collect();
    for (what, hostile) in [
        ("nesting", "<div>".repeat(400_000)),
        ("an attribute", format!("<img alt=\"{}", "a".repeat(8 * 1024 * 1024))),
        ("attributes", format!("<img {many_attributes}>")),
        ("a comment", format!("<!--{}", "-".repeat(8 * 1024 * 1024))),
        ("stray ends", "</p></div>".repeat(200_000)),
        ("references", "&amp".repeat(500_000)),
        ("misnesting", "<b><p></b></p>".repeat(150_000)),
        ("a style", format!("<p style=\"{}\">", "a:b;".repeat(200_000))),
    ] {
        let started = Instant::now();
        let got = page(&format!("<p>before</p>{hostile}"));
        assert!(got.text.starts_with("before"), "{what}");
        assert!(started.elapsed() < Duration::from_secs(20), "{what} took {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn any_bytes_become_clean_text(bytes in prop::collection::vec(any::<u8>(), 0..2000), plain in any::<bool>()) {
        let content_type = if plain { "text/plain" } else { "text/html" };
        assert_clean(&text_of(bytes.as_slice(), Some(content_type)).unwrap());
    }

    #[test]
    fn any_fragments_become_clean_text(parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..200)) {
        assert_clean(&page(&parts.concat()));
    }
}

proptest! {
    /// Releases end at a panic, so the maker of trees must not have one.
    #[test]
    fn any_fragments_of_an_article_become_clean_text(
        parts in prop::collection::vec(
            prop_oneof![prop::sample::select(FRAGMENTS), prop::sample::select(ARTICLE_FRAGMENTS)],
            0..300,
        ),
    ) {
        let page = page(&format!("<meta property=article:published_time>{}", parts.concat()));
        assert_clean(&page);
    }
}

fn assert_clean(page: &PageText) {
    assert!(!page.text.chars().any(|c| c.is_control() && c != '\n'), "{:?}", page.text);
    assert!(!page.title.chars().any(char::is_control), "{:?}", page.title);
    assert!(page.text.lines().all(|line| !line.trim().is_empty()));
}

const FRAGMENTS: &[&str] = &[
    "<p>",
    "</p>",
    "<div hidden>",
    "</div>",
    "<li>",
    "</ul>",
    "<ul>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<title>",
    "</title>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<svg>",
    "<title/>",
    "</svg>",
    "<textarea>",
    "<select>",
    "<option>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<math>",
    "<plaintext>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<frameset>",
    "<br>",
    "<",
    ">",
    "\"",
    "'",
    "=",
    "&",
    ";",
    "&amp",
    "&#",
    "&#x0;",
    "&#7;",
    "a",
    " ",
    "\n",
    "\u{200b}",
    "\u{7}",
    "é",
    "<a href=\"",
    "<b style='display:none'>",
    "</b>",
    "<meta charset=utf-16>",
];

const ARTICLE_FRAGMENTS: &[&str] = &[
    "<article class=content>",
    "</article>",
    "<section id=main>",
    "</section>",
    "<h1>",
    "</h1>",
    "<h2 class=share>",
    "<div class='comment sidebar'>",
    "<div class=post role=dialog>",
    "<div id=readability-page-1 class=page>",
    "<span class=byline rel=author itemprop=author>",
    "</span>",
    "<a href=/a>",
    "<a href='#'>",
    "</a>",
    "<img src=a class=lazy>",
    "<figure>",
    "</figure>",
    "<input>",
    "<br><br>",
    "<pre>",
    "</pre>",
    "<blockquote>",
    "</blockquote>",
    "<form>",
    "</form>",
    "<th>",
    "<caption>",
    "<header>",
    "<footer>",
    "<button>",
    "</button>",
    "<main>",
    "</main>",
    "<title>t, t</title>",
    "<body>",
    "</body>",
    "</html>",
    "One sentence, with commas, and long enough to count for something in a score. ",
    "潮は六時に満ち、",
    "advertisement",
    "&lt;p&gt;",
];
