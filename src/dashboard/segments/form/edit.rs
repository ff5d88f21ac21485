//! The buttons inside the form, which change what is entered and save nothing: `do=add-event:0`,
//! `do=remove:3`.

/// A change of what is entered. Numbers are those of rows and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Shows the same again, with what fits to what was chosen.
    Refresh,
    /// Another part at the end of that group.
    Add(NewPart, u32),
    /// Without that part.
    Remove(u32),
    /// That part once more, below itself.
    Duplicate(u32),
    /// That part before the one above, or out of its group.
    Up(u32),
    /// That part behind the one below, or out of its group.
    Down(u32),
    /// That part in a group of its own, in its place.
    Wrap(u32),
    /// The opposite of that part.
    Negate(u32),
    /// That row without the value of that number.
    DropValue(u32, usize),
    /// The conditions as JSON.
    ShowJson,
    /// The conditions in the builder.
    ShowBuilder,
}

/// What can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPart {
    /// A condition on a property.
    Property,
    /// A condition on an event.
    Event,
    /// Membership of another segment.
    Segment,
    /// A group.
    Group,
}

impl NewPart {
    /// All of them: name in forms, name on the page.
    pub const ALL: [(NewPart, &'static str, &'static str); 4] = [
        (NewPart::Property, "add-property", "Property"),
        (NewPart::Event, "add-event", "Event"),
        (NewPart::Segment, "add-segment", "Segment"),
        (NewPart::Group, "add-group", "Group"),
    ];
}

impl Edit {
    /// The one of that name; none for a form that is to be saved.
    pub fn parse(text: &str) -> Option<Edit> {
        let mut words = text.split(':');
        let name = words.next()?;
        let id = words.next().and_then(|id| id.parse().ok());
        if let Some((part, ..)) = NewPart::ALL.into_iter().find(|(_, known, _)| *known == name) {
            return Some(Edit::Add(part, id.unwrap_or(0)));
        }
        let with = |edit: fn(u32) -> Edit| Some(id.map_or(Edit::Refresh, edit));
        match name {
            "" => None,
            "json" => Some(Edit::ShowJson),
            "builder" => Some(Edit::ShowBuilder),
            "remove" => with(Edit::Remove),
            "duplicate" => with(Edit::Duplicate),
            "up" => with(Edit::Up),
            "down" => with(Edit::Down),
            "wrap" => with(Edit::Wrap),
            "not" => with(Edit::Negate),
            "drop" => {
                let number = words.next().and_then(|number| number.parse().ok());
                Some(id.zip(number).map_or(Edit::Refresh, |(id, at)| Edit::DropValue(id, at)))
            }
            _ => Some(Edit::Refresh),
        }
    }
}
