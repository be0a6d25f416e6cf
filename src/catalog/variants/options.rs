//! What the kinds of a product differ in: up to three options, and the combinations that they make.

use crate::text::line;

/// The most options of a product.
pub const MAX_OPTIONS: usize = 3;
/// The most values of an option.
pub const MAX_VALUES: usize = 20;
/// The most combinations of a product.
pub const MAX_COMBINATIONS: usize = 100;
/// Letters in the name of an option.
const MAX_NAME_LENGTH: usize = 30;
/// Letters in a value.
const MAX_VALUE_LENGTH: usize = 60;

/// The values that tell one combination from another: one for each option, then empty ones.
pub type Values = [String; MAX_OPTIONS];

/// One option: `Size`, with `Small` and `Large`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductOption {
    pub name: String,
    pub values: Vec<String>,
}

/// The options of a product, in their order; none for a product of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Vec<ProductOption>);

impl ProductOption {
    /// # Errors
    /// A message for people.
    pub fn name(typed: &str) -> Result<String, String> {
        let name = line("name of the option", typed, MAX_NAME_LENGTH)?;
        if name.is_empty() {
            return Err("Give the option a name, like Size.".to_owned());
        }
        Ok(name)
    }

    /// From one value a line.
    ///
    /// # Errors
    /// A message for people.
    pub fn values(typed: &str) -> Result<Vec<String>, String> {
        let mut values: Vec<String> = Vec::new();
        for typed in typed.lines() {
            let value = line("value", typed, MAX_VALUE_LENGTH)?;
            if value.is_empty() {
                continue;
            }
            if values.iter().any(|known| same(known, &value)) {
                return Err(format!("“{value}” is there twice. Keep one of them."));
            }
            values.push(value);
        }
        match values.len() {
            0 => Err("Give the option its values, one a line.".to_owned()),
            1..=MAX_VALUES => Ok(values),
            count => Err(format!("These are {count} values. An option has {MAX_VALUES} at most.")),
        }
    }
}

impl Options {
    /// # Errors
    /// A message for people: two have the same name, or there are too many combinations.
    pub fn new(options: Vec<ProductOption>) -> Result<Self, String> {
        for (place, option) in options.iter().enumerate() {
            if options[..place].iter().any(|other| same(&other.name, &option.name)) {
                return Err(format!(
                    "Two options are called “{}”. Give one another name.",
                    option.name
                ));
            }
        }
        let count: usize = options.iter().map(|option| option.values.len()).product();
        if options.len() > MAX_OPTIONS || count > MAX_COMBINATIONS {
            return Err(format!(
                "These options make {count} combinations. A product has {MAX_COMBINATIONS} at most."
            ));
        }
        Ok(Self(options))
    }

    /// The options that these combinations differ in, their values in the order in which they come.
    pub fn stored(names: &Values, combinations: &[Values]) -> Self {
        let mut options = Vec::new();
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let mut values: Vec<String> = Vec::new();
            for combination in combinations {
                if !combination[place].is_empty() && !values.contains(&combination[place]) {
                    values.push(combination[place].clone());
                }
            }
            options.push(ProductOption {
                name: name.clone(),
                values,
            });
        }
        Self(options)
    }

    pub fn all(&self) -> &[ProductOption] {
        &self.0
    }

    /// As the columns `option1` to `option3` hold them.
    pub fn names(&self) -> Values {
        let name = |place: usize| self.0.get(place).map_or_else(String::new, |option| option.name.clone());
        [name(0), name(1), name(2)]
    }

    /// Every combination, the last option changing fastest; one of empty values where there is no option.
    pub fn combinations(&self) -> Vec<Values> {
        let mut made = vec![Values::default()];
        for (place, option) in self.0.iter().enumerate() {
            let longer = made.iter().flat_map(|before| {
                option.values.iter().map(move |value| {
                    let mut values = before.clone();
                    values[place].clone_from(value);
                    values
                })
            });
            made = longer.collect();
        }
        made
    }
}

/// Where combinations go when the options of a product change.
///
/// An option is the same one if it has the same name, or else if it stands in the same place. What has no value for an
/// option that is new stands for the first of its values.
#[derive(Debug)]
pub struct Passage {
    from: [Option<usize>; MAX_OPTIONS],
    first: Values,
}

impl Passage {
    pub fn new(before: &Values, after: &Options) -> Self {
        let names = after.names();
        let same_name = |place: usize| {
            let name = &names[place];
            before.iter().position(|old| !name.is_empty() && same(old, name))
        };
        let mut from = [same_name(0), same_name(1), same_name(2)];
        for place in 0..MAX_OPTIONS {
            let free = !before[place].is_empty() && !from.contains(&Some(place));
            if from[place].is_none() && !names[place].is_empty() && free {
                from[place] = Some(place);
            }
        }
        let first = |place: usize| {
            let option = after.all().get(place);
            option
                .and_then(|option| option.values.first())
                .cloned()
                .unwrap_or_default()
        };
        Self {
            from,
            first: [first(0), first(1), first(2)],
        }
    }

    /// The combination that this one becomes; it may be none that there is.
    pub fn of(&self, values: &Values) -> Values {
        let value = |place: usize| {
            let old = self.from[place].map(|old| &values[old]).filter(|old| !old.is_empty());
            old.unwrap_or(&self.first[place]).clone()
        };
        [value(0), value(1), value(2)]
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn option(name: &str, values: &[&str]) -> ProductOption {
        ProductOption {
            name: name.to_owned(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        }
    }

    fn values(typed: [&str; 3]) -> Values {
        typed.map(str::to_owned)
    }

    #[test]
    fn combinations_come_in_the_order_of_the_options() {
        let options = Options::new(vec![option("Size", &["S", "L"]), option("Colour", &["Red", "Blue"])]).unwrap();
        let made: Vec<String> = options.combinations().iter().map(|values| values.join("/")).collect();
        assert_eq!(made, ["S/Red/", "S/Blue/", "L/Red/", "L/Blue/"]);
        assert_eq!(Options::stored(&options.names(), &options.combinations()), options);
        assert_eq!(Options::default().combinations(), [Values::default()]);
    }

    #[test]
    fn an_option_that_goes_leaves_the_values_of_the_others() {
        let before = values(["Size", "Colour", ""]);
        let colour = Options::new(vec![option("Colour", &["Red", "Blue"])]).unwrap();
        assert_eq!(
            Passage::new(&before, &colour).of(&values(["S", "Blue", ""])),
            values(["Blue", "", ""])
        );
        let renamed = Options::new(vec![option("Length", &["S", "L"]), option("colour", &["Red"])]).unwrap();
        assert_eq!(
            Passage::new(&before, &renamed).of(&values(["S", "Red", ""])),
            values(["S", "Red", ""])
        );
        let none = Options::default();
        assert_eq!(
            Passage::new(&before, &none).of(&values(["S", "Red", ""])),
            Values::default()
        );
        let first = Options::new(vec![option("Size", &["S", "L"])]).unwrap();
        let single = Passage::new(&Values::default(), &first);
        assert_eq!(single.of(&Values::default()), values(["S", "", ""]));
    }

    #[test]
    fn limits_are_said() {
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert!(ProductOption::values(&many.join("\n")).is_err());
        assert_eq!(ProductOption::values(&many[..20].join("\r\n")).unwrap().len(), 20);
        assert!(ProductOption::values("Red\nred").is_err());
        assert!(ProductOption::values(" \n").is_err());
        assert!(ProductOption::name("a\0").is_err());
        let twenty: Vec<&str> = many[..20].iter().map(String::as_str).collect();
        assert!(Options::new(vec![option("A", &twenty), option("B", &twenty[..5])]).is_ok());
        assert!(Options::new(vec![option("A", &twenty), option("B", &twenty[..6])]).is_err());
        assert!(Options::new(vec![option("Size", &["1"]), option("size", &["2"])]).is_err());
    }

    proptest! {
        /// Whatever option goes: each old combination becomes one that there is, and as many new ones are reached as there are.
        #[test]
        fn nothing_is_lost_when_an_option_goes(sizes in prop::collection::vec(1_usize..5, 1..4), gone in 0_usize..3) {
            let gone = gone % sizes.len();
            let all: Vec<ProductOption> = sizes
                .iter()
                .enumerate()
                .map(|(place, size)| ProductOption {
                    name: format!("option {place}"),
                    values: (0..*size).map(|value| format!("{place}.{value}")).collect(),
                })
                .collect();
            let mut fewer = all.clone();
            fewer.remove(gone);
            let (before, after) = (Options::new(all).unwrap(), Options::new(fewer).unwrap());
            let passage = Passage::new(&before.names(), &after);
            let there = after.combinations();
            let mut reached: Vec<Values> = before.combinations().iter().map(|values| passage.of(values)).collect();
            prop_assert!(reached.iter().all(|values| there.contains(values)));
            reached.sort();
            reached.dedup();
            prop_assert_eq!(reached.len(), there.len());
        }
    }
}
