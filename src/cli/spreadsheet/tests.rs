//! What spreadsheets write, and what people make of it.
use super::*;

fn sheet(text: &str) -> Sheet {
    parse(text).unwrap()
}

fn names(text: &str) -> Vec<String> {
    sheet(text).rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn whatever_separates_the_columns_the_rows_are_the_same() {
    for text in [
        "name,interest\nAda,\"a, b\"\nBo,c\n",
        "name;interest\r\nAda;a, b\r\nBo;c\r\n",
        "name\tinterest\nAda\ta, b\nBo\tc",
        "sep=;\r\nname;interest\r\nAda;a, b\r\nBo;c\r\n",
        "sep=|\nname|interest\nAda|a, b\nBo|c\n",
        "\"name, in full\";\"name\";interest\nx;Ada;a, b\nx;Bo;c\n",
        "name,interest,\nAda,\"a, b\",\nBo,c,\n,,\n\n",
    ] {
        let sheet = sheet(text);
        let rows: Vec<_> = sheet.rows.iter().map(|row| (row.name.as_str(), row.interest.as_str())).collect();
        assert_eq!(rows, [("Ada", "a, b"), ("Bo", "c")], "{text:?}");
        assert_eq!(sheet.wrong, [], "{text:?}");
    }
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let sheet = sheet("\n\nname,interest\nAda,\"two\nlines\"\n\n\nBo,x\nCy\n");
    let lines: Vec<u64> = sheet.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [4, 8]);
    assert_eq!(sheet.rows[0].interest, "two lines");
    assert_eq!(sheet.wrong[0].line, 9);
    assert_eq!(parse("name;interest\rAda;x\r\rBo;y\r").unwrap().rows[1].line, 4, "as old Macs end lines");
    assert_eq!(parse("sep=,\nname,interest\nAda,x\n").unwrap().rows[0].line, 3);
}

#[test]
fn every_row_of_another_length_is_named_and_the_others_are_read() {
    let sheet = sheet("name,interest\nAda,a,b\nBo,c\nCy\nDi,d,\n");
    assert_eq!(names("name,interest\nAda,a\n"), ["Ada"]);
    assert_eq!(sheet.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Bo", "Di"]);
    let wrong: Vec<_> = sheet.wrong.iter().map(|wrong| (wrong.line, wrong.why.as_str())).collect();
    let expected =
        [(2, "it has 3 fields, and the first line 2"), (4, "it has 1 fields, and the first line 2")];
    assert_eq!(wrong, expected);
}

#[test]
fn names_in_two_columns_addresses_and_other_columns_are_read() {
    let sheet = sheet(
        "Surname,First name,Topic,E-mail,Note\nMarlowe,Ada,tides,Ada Marlowe <ada@example.org>,\"one\r\ntwo\"\n\
         Zhou,,batteries,,\nOkonjo,Daniel,x,daniel at example,\n",
    );
    let expected = Row {
        line: 2,
        name: "Ada Marlowe".into(),
        interest: "tides".into(),
        email: Some("ada@example.org".into()),
        others: vec!["Marlowe".into(), "Ada".into(), "one\ntwo".into()],
    };
    assert_eq!(sheet.rows[0], expected);
    assert_eq!((sheet.rows[1].name.as_str(), &sheet.rows[1].email), ("Zhou", &None));
    assert!(sheet.wrong[0].why.contains("\"daniel at example\" is no e-mail address"), "{:?}", sheet.wrong);
}

#[test]
fn a_table_without_recipients_is_none() {
    assert!(parse("").unwrap_err().contains("empty"));
    assert!(parse("name,interest\n").unwrap_err().contains("no recipient"));
    assert!(parse("name,interest\n,\n ,\n").unwrap_err().contains("no recipient"));
}

#[test]
fn the_sign_is_the_one_that_the_first_line_uses() {
    assert_eq!(delimiter("name,interest\nA;B,c;d"), b',');
    assert_eq!(delimiter("name;interest\n"), b';');
    assert_eq!(delimiter("name\tinterest, exactly\tmore"), b'\t');
    assert_eq!(delimiter(""), b',');
    assert_eq!(delimiter("\"a,b,c\";d"), b';');
}
