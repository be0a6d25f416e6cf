//! What the editor's buttons do to what was typed.

use crate::catalog::{MAX_FIELDS, MAX_OPTIONS};
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
}
