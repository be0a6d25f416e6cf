//! The table of combinations: made anew when the options change, with what was typed kept by combination.

use crate::catalog::{Options, Passage, ProductOption, Values};
use crate::web::FormErrors;

use super::state::{EditorState, Row};

/// The names of the fields of an option.
pub const NAMES: [&str; 3] = ["option1", "option2", "option3"];
pub const VALUES: [&str; 3] = ["values1", "values2", "values3"];

impl EditorState {
    /// The options that were typed, or what is wrong with them.
    pub fn parse_options(&self) -> Result<Options, FormErrors> {
        let mut errors = FormErrors::default();
        let mut options = Vec::new();
        for (place, typed) in self.options.iter().enumerate() {
            if typed.name.trim().is_empty() && typed.values.trim().is_empty() {
                continue;
            }
            let name = errors.check(NAMES[place], ProductOption::name(&typed.name));
            let values = errors.check(VALUES[place], ProductOption::values(&typed.values));
            if let (Some(name), Some(values)) = (name, values) {
                options.push(ProductOption { name, values });
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Options::new(options).map_err(|message| FormErrors::one("options", message))
    }

    /// Makes a row for each combination of the options. Tells how many of them are new.
    pub fn make_table(&mut self, options: &Options) -> usize {
        let passage = Passage::new(&self.of, options);
        let combinations = options.combinations();
        let becomes: Vec<Values> = self.rows.iter().map(|row| passage.of(&row.values)).collect();
        let price = self.rows.first().map(|row| row.price.clone()).unwrap_or_default();
        let mut new = 0;
        let rows = combinations.into_iter().map(|values| {
            let old: Vec<&Row> = (self.rows.iter().zip(&becomes))
                .filter(|(_, becomes)| **becomes == values)
                .map(|(row, _)| row)
                .collect();
            match old.split_first() {
                Some((first, [])) => Row {
                    values,
                    ..(*first).clone()
                },
                Some((first, _)) => Row {
                    values,
                    quantity: sum(&old, |row| &row.quantity),
                    seen: sum(&old, |row| &row.seen),
                    ..(*first).clone()
                },
                None => {
                    new += 1;
                    Row {
                        values,
                        price: price.clone(),
                        quantity: "0".to_owned(),
                        seen: "0".to_owned(),
                        ..Row::default()
                    }
                }
            }
        });
        self.rows = rows.collect();
        self.of = options.names();
        new
    }
}

/// Of what can be read as a number; what cannot counts as nothing.
fn sum(rows: &[&Row], number: impl Fn(&Row) -> &String) -> String {
    let numbers = rows.iter().filter_map(|row| number(row).trim().parse::<i64>().ok());
    numbers.fold(0_i64, i64::saturating_add).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::editor::state::TypedOption;

    fn sheet(options: &[(&str, &str)]) -> EditorState {
        let mut sheet = EditorState::blank();
        sheet.options = options
            .iter()
            .map(|(name, values)| TypedOption {
                name: (*name).to_owned(),
                values: (*values).to_owned(),
            })
            .collect();
        sheet.rows[0].price = "12".to_owned();
        let options = sheet.parse_options().unwrap();
        sheet.make_table(&options);
        sheet
    }

    #[test]
    fn what_was_typed_stays_with_its_combination() {
        let mut sheet = sheet(&[("Size", "S\nL"), ("Colour", "Red\nBlue")]);
        assert_eq!(sheet.rows.len(), 4);
        assert_eq!(
            (sheet.rows[0].quantity.as_str(), sheet.rows[3].price.as_str()),
            ("1", "12")
        );
        sheet.rows[3].price = "15".to_owned();
        sheet.rows[3].quantity = "7".to_owned();
        sheet.options[0].values = "XS\nS\nL".to_owned();
        let options = sheet.parse_options().unwrap();
        assert_eq!(sheet.make_table(&options), 2);
        let last = sheet.rows.last().unwrap();
        assert_eq!(
            (last.label().as_str(), last.price.as_str(), last.quantity.as_str()),
            ("L / Blue", "15", "7")
        );
    }

    #[test]
    fn an_option_that_goes_sums_its_stock() {
        let mut sheet = sheet(&[("Size", "S\nL"), ("Colour", "Red\nBlue")]);
        for (row, quantity) in sheet.rows.iter_mut().zip(["1", "2", "3", "x"]) {
            row.quantity = quantity.to_owned();
        }
        sheet.options.remove(1);
        let options = sheet.parse_options().unwrap();
        assert_eq!(sheet.make_table(&options), 0);
        let stock: Vec<&str> = sheet.rows.iter().map(|row| row.quantity.as_str()).collect();
        assert_eq!(stock, ["3", "3"]);
    }
}
