//! How much a context may carry.

use super::{Attribute, Attributes, Context, MaybeAttribute, USER_ID};

/// The most attributes of a context.
const MOST_ATTRIBUTES: usize = 256;
/// The most bytes of one attribute's text.
const MOST_ATTRIBUTE_BYTES: usize = 1_024;

impl Context {
    /// Makes a context of attributes and, where it is given apart, the user's id.
    ///
    /// # Errors
    /// A sentence that says which limit is broken.
    pub fn read(user_id: MaybeAttribute, mut attributes: Attributes) -> Result<Context, String> {
        match user_id.0 {
            None => {}
            Some(id @ (Attribute::Text(_) | Attribute::Number(_))) => {
                attributes.set(USER_ID, id);
            }
            Some(Attribute::Boolean(_) | Attribute::List(_)) => {
                return Err("The user's id must be text.".to_owned());
            }
        }
        if attributes.len() > MOST_ATTRIBUTES {
            return Err(format!("A context has at most {MOST_ATTRIBUTES} attributes."));
        }
        let fits = |text: &str| text.len() <= MOST_ATTRIBUTE_BYTES;
        let all_fit = attributes.iter().all(|(name, attribute)| {
            fits(name)
                && match attribute {
                    Attribute::Text(text) => fits(text),
                    Attribute::List(items) => items.iter().all(|item| fits(item)),
                    Attribute::Number(_) | Attribute::Boolean(_) => true,
                }
        });
        match all_fit {
            true => Ok(Context::new(attributes)),
            false => Err(format!("An attribute has at most {MOST_ATTRIBUTE_BYTES} bytes.")),
        }
    }
}
