//! What was typed for other keys or variants than there are now: the choices of rows become such as
//! there are, and nothing that still has a meaning is lost.

use super::{Entered, EnteredServe, EnteredValue, Parts, parts::EnteredVariant};

impl Entered {
    /// Fits every choice to the keys and variants that there are.
    pub fn fit(&mut self, parts: &Parts) {
        for variant in &mut self.variants {
            variant.fit(parts);
        }
        let rules = self.rows.iter_mut().map(|row| &mut row.rule).chain([&mut self.everyone]);
        let serves = rules.map(|rule| &mut rule.serve);
        for serve in serves.chain(self.testers.iter_mut().map(|tester| &mut tester.serve)) {
            serve.fit(parts);
        }
    }
}

impl EnteredVariant {
    fn fit(&mut self, parts: &Parts) {
        if parts.is_multivariate {
            self.values.clear();
            return;
        }
        self.values.retain(|id, _| parts.keys.iter().any(|key| key.id == *id));
        for key in &parts.keys {
            self.values.entry(key.id.clone()).or_insert_with(EnteredValue::default_of_key);
        }
    }
}

impl EnteredServe {
    fn fit(&mut self, parts: &Parts) {
        let known = |id: &str| parts.variants.iter().any(|variant| variant == id);
        self.weights.retain(|id, _| known(id));
        let is_gone = match self.choice.split_once(':') {
            Some(("variant", id)) => !known(id),
            _ => self.choice == "split" && parts.variants.is_empty(),
        };
        if is_gone {
            self.choice = "default".to_owned();
        }
        if parts.is_switch {
            self.fit_switch(parts);
        } else {
            self.fit_values(parts);
        }
    }

    /// Of one boolean key the value itself is the choice.
    fn fit_switch(&mut self, parts: &Parts) {
        if self.choice == "values" {
            let only = parts.keys.first().and_then(|key| self.values.get(&key.id));
            let only = only.filter(|value| !value.means_default());
            self.choice = match only.map(|value| value.text.as_str()) {
                Some(value @ ("true" | "false")) => value.to_owned(),
                _ => "default".to_owned(),
            };
        }
        self.values.clear();
    }

    fn fit_values(&mut self, parts: &Parts) {
        let value = match self.choice.as_str() {
            value @ ("true" | "false") => Some(value.to_owned()),
            "default" if parts.variants.is_empty() => None,
            "values" => None,
            _ => {
                self.values.clear();
                return;
            }
        };
        self.choice = "values".to_owned();
        if parts.is_multivariate {
            self.choice = "default".to_owned();
            self.values.clear();
            return;
        }
        self.values.retain(|id, _| parts.keys.iter().any(|key| key.id == *id));
        for (key, place) in parts.keys.iter().zip(0..) {
            let first = value.clone().filter(|_| place == 0);
            self.values.entry(key.id.clone()).or_insert_with(|| match first {
                Some(text) => EnteredValue { text, is_default: false },
                None => EnteredValue::default_of_key(),
            });
        }
    }
}
