//! What happens to what was typed: the editor's buttons, and a product that was saved in another tab meanwhile.

use crate::catalog::{MAX_FIELDS, MAX_OPTIONS, Options, Passage, Stored};
use crate::id::ImageId;

use super::form::Act;
use super::state::{EditorState, TypedField, TypedOption};

impl EditorState {
    /// Does what a button asks for that neither writes nor makes the table.
    pub fn act(&mut self, act: Act) {
        match act {
            Act::AddOption if self.options.len() < MAX_OPTIONS => self.options.push(TypedOption::default()),
            Act::RemoveOption(place) if place < self.options.len() => {
                self.options.remove(place);
            }
            Act::AddField if self.fields.len() < MAX_FIELDS => self.fields.push(TypedField::default()),
            Act::RemoveField(place) if place < self.fields.len() => {
                self.fields.remove(place);
            }
            Act::Left(id) => self.shift(id, |place| place.saturating_sub(1)),
            Act::Right(id) => self.shift(id, |place| place + 1),
            Act::Cover(id) => self.shift(id, |_| 0),
            Act::RemovePicture(id) => {
                self.pictures.retain(|picture| picture.id != id);
                let gone = id.to_string();
                for row in self.rows.iter_mut().filter(|row| row.image == gone) {
                    row.image.clear();
                }
            }
            _ => {}
        }
    }

    fn shift(&mut self, id: ImageId, to: impl Fn(usize) -> usize) {
        if let Some(from) = self.pictures.iter().position(|picture| picture.id == id) {
            let picture = self.pictures.remove(from);
            self.pictures.insert(to(from).min(self.pictures.len()), picture);
        }
    }
    /// Puts what was typed on top of what the product is now: the change of stock that was meant stays what it was.
    pub fn rebase(&mut self, stored: &Stored, options: &Options) {
        self.updated_at = stored.product.updated_at.and_utc().timestamp_micros().to_string();
        let passage = Passage::new(&stored.product.option_names(), options);
        for row in &mut self.rows {
            let now = stored
                .variants
                .iter()
                .filter(|variant| passage.of(&variant.values()) == row.values);
            let now: i32 = now.map(|variant| variant.quantity).sum();
            if let (Ok(wanted), Ok(seen)) = (row.quantity.trim().parse::<i32>(), row.seen.parse::<i32>()) {
                row.quantity = now.saturating_add(wanted.saturating_sub(seen)).max(0).to_string();
            }
            row.seen = now.to_string();
        }
        for field in &mut self.fields {
            if stored.fields.iter().all(|known| known.id.to_string() != field.id) {
                field.id.clear();
            }
        }
    }
}
