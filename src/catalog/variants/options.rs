//! Options of a product, such as size and color, and the combinations of their values.

use crate::text::line;

/// Options of a product.
pub const MAX_OPTIONS: usize = 3;
/// Values of an option.
pub const MAX_VALUES: usize = 20;
/// Combinations of the options of a product.
pub const MAX_COMBINATIONS: usize = 100;
/// Characters of the name of an option.
const MAX_NAME_LENGTH: usize = 30;
/// Characters of a value.
const MAX_VALUE_LENGTH: usize = 60;

/// A combination: a value for each option, then empty strings.
pub type Values = [String; MAX_OPTIONS];

/// One option: `Size`, with `Small` and `Large`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductOption {
    pub name: String,
    pub values: Vec<String>,
}

/// The options of a product in their order. Empty for a product without options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Vec<ProductOption>);

impl ProductOption {
    /// # Errors
    /// A message for the seller.
    pub fn parse_name(input: &str) -> Result<String, String> {
        let name = line("name of the option", input, MAX_NAME_LENGTH)?;
        if name.is_empty() {
            return Err("Enter a name for the option, like Size.".to_owned());
        }
        Ok(name)
    }

    /// Reads values from lines.
    ///
    /// # Errors
    /// A message for the seller.
    pub fn parse_values(input: &str) -> Result<Vec<String>, String> {
        let mut values: Vec<String> = Vec::new();
        for input in input.lines() {
            let value = line("value", input, MAX_VALUE_LENGTH)?;
            if value.is_empty() {
                continue;
            }
            if values.iter().any(|known| same(known, &value)) {
                return Err(format!("“{value}” is listed twice. Remove one."));
            }
            values.push(value);
        }
        match values.len() {
            0 => Err("Enter the values of the option, one per line.".to_owned()),
            1..=MAX_VALUES => Ok(values),
            count => Err(format!(
                "There are {count} values. An option can have at most {MAX_VALUES}."
            )),
        }
    }
}

impl Options {
    /// # Errors
    /// A message for the seller when two options have the same name, or when there are too many combinations.
    pub fn new(options: Vec<ProductOption>) -> Result<Self, String> {
        for (position, option) in options.iter().enumerate() {
            if options[..position].iter().any(|other| same(&other.name, &option.name)) {
                return Err(format!("Two options are called “{}”. Rename one.", option.name));
            }
        }
        let count: usize = options.iter().map(|option| option.values.len()).product();
        if options.len() > MAX_OPTIONS || count > MAX_COMBINATIONS {
            return Err(format!(
                "These options make {count} variants. A product can have at most {MAX_COMBINATIONS}."
            ));
        }
        Ok(Self(options))
    }

    /// The options of stored combinations. Their values are in order of appearance.
    pub fn from_columns(names: &Values, combinations: &[Values]) -> Self {
        let mut options = Vec::new();
        for (position, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let mut values: Vec<String> = Vec::new();
            for combination in combinations {
                if !combination[position].is_empty() && !values.contains(&combination[position]) {
                    values.push(combination[position].clone());
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

    /// The values of the columns `option1` to `option3`.
    pub fn names(&self) -> Values {
        let name = |position: usize| {
            self.0
                .get(position)
                .map_or_else(String::new, |option| option.name.clone())
        };
        [name(0), name(1), name(2)]
    }

    /// Every combination. The last option changes fastest. Without options there is one combination of empty values.
    pub fn combinations(&self) -> Vec<Values> {
        let mut made = vec![Values::default()];
        for (position, option) in self.0.iter().enumerate() {
            let longer = made.iter().flat_map(|before| {
                option.values.iter().map(move |value| {
                    let mut values = before.clone();
                    values[position].clone_from(value);
                    values
                })
            });
            made = longer.collect();
        }
        made
    }
}

/// Maps old combinations to new ones when the options of a product change.
///
/// An old and a new option are the same if they have the same name, or else if they have the same position. For a new
/// option, old combinations get its first value.
#[derive(Debug)]
pub struct OptionMapping {
    /// For each new option, the position of the old one.
    from: [Option<usize>; MAX_OPTIONS],
    first: Values,
}

impl OptionMapping {
    pub fn new(before: &Values, after: &Options) -> Self {
        let names = after.names();
        let same_name = |position: usize| {
            let name = &names[position];
            before.iter().position(|old| !name.is_empty() && same(old, name))
        };
        let mut from = [same_name(0), same_name(1), same_name(2)];
        for position in 0..MAX_OPTIONS {
            let free = !before[position].is_empty() && !from.contains(&Some(position));
            if from[position].is_none() && !names[position].is_empty() && free {
                from[position] = Some(position);
            }
        }
        let first = |position: usize| {
            let option = after.all().get(position);
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

    /// The new combination. It may have a value that no longer exists.
    pub fn map(&self, values: &Values) -> Values {
        let value = |position: usize| {
            let old = self.from[position]
                .map(|old| &values[old])
                .filter(|old| !old.is_empty());
            old.unwrap_or(&self.first[position]).clone()
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

    fn values(values: [&str; 3]) -> Values {
        values.map(str::to_owned)
    }

    #[test]
    fn combinations_follow_the_order_of_the_options() {
        let options = Options::new(vec![option("Size", &["S", "L"]), option("Colour", &["Red", "Blue"])]).unwrap();
        let made: Vec<String> = options.combinations().iter().map(|values| values.join("/")).collect();
        assert_eq!(made, ["S/Red/", "S/Blue/", "L/Red/", "L/Blue/"]);
        assert_eq!(
            Options::from_columns(&options.names(), &options.combinations()),
            options
        );
        assert_eq!(Options::default().combinations(), [Values::default()]);
    }

    #[test]
    fn removing_an_option_keeps_the_values_of_the_others() {
        let before = values(["Size", "Colour", ""]);
        let colour = Options::new(vec![option("Colour", &["Red", "Blue"])]).unwrap();
        assert_eq!(
            OptionMapping::new(&before, &colour).map(&values(["S", "Blue", ""])),
            values(["Blue", "", ""])
        );
        let renamed = Options::new(vec![option("Length", &["S", "L"]), option("colour", &["Red"])]).unwrap();
        assert_eq!(
            OptionMapping::new(&before, &renamed).map(&values(["S", "Red", ""])),
            values(["S", "Red", ""])
        );
        let none = Options::default();
        assert_eq!(
            OptionMapping::new(&before, &none).map(&values(["S", "Red", ""])),
            Values::default()
        );
        let first = Options::new(vec![option("Size", &["S", "L"])]).unwrap();
        let single = OptionMapping::new(&Values::default(), &first);
        assert_eq!(single.map(&Values::default()), values(["S", "", ""]));
    }

    #[test]
    fn limits_are_explained() {
        let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        assert!(ProductOption::parse_values(&many.join("\n")).is_err());
        assert_eq!(ProductOption::parse_values(&many[..20].join("\r\n")).unwrap().len(), 20);
        assert!(ProductOption::parse_values("Red\nred").is_err());
        assert!(ProductOption::parse_values(" \n").is_err());
        assert!(ProductOption::parse_name("a\0").is_err());
        let twenty: Vec<&str> = many[..20].iter().map(String::as_str).collect();
        assert!(Options::new(vec![option("A", &twenty), option("B", &twenty[..5])]).is_ok());
        assert!(Options::new(vec![option("A", &twenty), option("B", &twenty[..6])]).is_err());
        assert!(Options::new(vec![option("Size", &["1"]), option("size", &["2"])]).is_err());
    }

    proptest! {
        /// Every old combination maps to an existing one, and every new combination is reached.
        #[test]
        fn removing_an_option_maps_every_combination(sizes in prop::collection::vec(1_usize..5, 1..4), removed in 0_usize..3) {
            let removed = removed % sizes.len();
            let all: Vec<ProductOption> = sizes
                .iter()
                .enumerate()
                .map(|(position, size)| ProductOption {
                    name: format!("option {position}"),
                    values: (0..*size).map(|value| format!("{position}.{value}")).collect(),
                })
                .collect();
            let mut fewer = all.clone();
            fewer.remove(removed);
            let (before, after) = (Options::new(all).unwrap(), Options::new(fewer).unwrap());
            let mapping = OptionMapping::new(&before.names(), &after);
            let existing = after.combinations();
            let mut reached: Vec<Values> = before.combinations().iter().map(|values| mapping.map(values)).collect();
            prop_assert!(reached.iter().all(|values| existing.contains(values)));
            reached.sort();
            reached.dedup();
            prop_assert_eq!(reached.len(), existing.len());
        }
    }
}
