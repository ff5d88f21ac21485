//! Where in a list a page is. Templates show it with `ui::pager`.

/// Where in a list a page is.
pub struct Pager {
    /// The place of its first line, from 1.
    pub from: usize,
    /// The place of its last line.
    pub to: usize,
    /// How many lines there are on all pages.
    pub total: usize,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
}

impl Pager {
    /// Page `page` (from 1) of pages with `size` lines, of which it shows `shown`.
    pub fn new(
        page: u32,
        size: usize,
        shown: usize,
        total: usize,
        address: impl Fn(u32) -> String,
    ) -> Pager {
        let before = (page as usize - 1) * size;
        Pager {
            from: before + 1,
            to: before + shown,
            total,
            previous: (page > 1).then(|| address(page - 1)),
            next: (before + shown < total).then(|| address(page + 1)),
        }
    }
}
