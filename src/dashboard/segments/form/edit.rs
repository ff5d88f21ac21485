//! The buttons inside the form, which change what is entered and save nothing: `do=add`,
//! `do=remove:3`.

/// A change of what is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Shows the same again, with what fits to what was chosen.
    Refresh,
    /// Another row.
    Add,
    /// Without that row.
    Remove(u32),
    /// That row once more, below itself.
    Duplicate(u32),
    /// That row before the one above.
    Up(u32),
    /// That row behind the one below.
    Down(u32),
    /// That row without the value of that number.
    DropValue(u32, usize),
    /// The conditions as JSON.
    ShowJson,
    /// The conditions in the builder.
    ShowBuilder,
}

impl Edit {
    /// The one of that name; none for a form that is to be saved.
    pub fn parse(text: &str) -> Option<Edit> {
        let mut words = text.split(':');
        let name = words.next()?;
        let row = words.next().and_then(|id| id.parse().ok());
        match name {
            "" => None,
            "add" => Some(Edit::Add),
            "json" => Some(Edit::ShowJson),
            "builder" => Some(Edit::ShowBuilder),
            "remove" => row.map(Edit::Remove),
            "duplicate" => row.map(Edit::Duplicate),
            "up" => row.map(Edit::Up),
            "down" => row.map(Edit::Down),
            "drop" => Some(Edit::DropValue(row?, words.next()?.parse().ok()?)),
            _ => Some(Edit::Refresh),
        }
    }
}
