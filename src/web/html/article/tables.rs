//! Which tables hold data, rather than the layout of a page: those have headers, or many cells.
use super::tree::Element;

/// The least rows, columns and cells of a table of data.
const ROWS: usize = 10;
const COLUMNS: usize = 5;
const CELLS: usize = 11;

/// The tables of data, by their places in the list. None holds another table.
pub(super) fn tables(elements: &[Element<'_>]) -> Vec<usize> {
    let is_table = |at: &usize| elements[*at].tag == "table";
    let innermost = |at: &usize| !(at + 1..elements[*at].end).any(|inside| is_table(&inside));
    (0..elements.len()).filter(is_table).filter(innermost).filter(|at| is_data(elements, *at)).collect()
}

fn is_data(elements: &[Element<'_>], at: usize) -> bool {
    if elements[at].attribute("role") == "presentation" {
        return false;
    }
    let inside = &elements[at + 1..elements[at].end];
    if inside.iter().any(|element| matches!(element.tag, "caption" | "tfoot" | "th" | "thead")) {
        return true;
    }
    let (mut rows, mut cells, mut columns) = (0, 0, 0);
    for element in inside {
        match element.tag {
            "tr" => (rows, cells) = (rows + 1, 0),
            "td" => cells += 1,
            _ => {}
        }
        columns = columns.max(cells);
    }
    rows > 1 && columns > 1 && (rows >= ROWS || columns >= COLUMNS || rows * columns >= CELLS)
}
