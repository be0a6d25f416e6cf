//! The buttons of the editor, and what those that save nothing change in the form.

use super::lists::{FieldForm, OptionForm};
use super::state::EditorState;
use crate::catalog::{MAX_FIELDS, MAX_OPTIONS};
use crate::id::ImageId;

/// The button that was pressed. Only `Save` and `Publish` write to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditorAction {
    Save,
    Publish,
    /// Rebuild the table of variants.
    Table,
    AddOption,
    RemoveOption(usize),
    AddField,
    RemoveField(usize),
    Preview,
    Upload,
    MoveLeft(ImageId),
    MoveRight(ImageId),
    MakeCover(ImageId),
    RemovePicture(ImageId),
}

impl EditorAction {
    /// Reads the value of a button, such as `remove-option:1`. The Enter key sends no other value than `save`.
    pub fn parse(value: &str) -> Self {
        let (verb, object) = value.split_once(':').unwrap_or((value, ""));
        let index = object.parse::<usize>().unwrap_or(0);
        let picture = ImageId(object.parse().unwrap_or(0));
        match verb {
            "publish" => Self::Publish,
            "table" => Self::Table,
            "add-option" => Self::AddOption,
            "remove-option" => Self::RemoveOption(index),
            "add-field" => Self::AddField,
            "remove-field" => Self::RemoveField(index),
            "preview" => Self::Preview,
            "upload" => Self::Upload,
            "left" => Self::MoveLeft(picture),
            "right" => Self::MoveRight(picture),
            "cover" => Self::MakeCover(picture),
            "remove-picture" => Self::RemovePicture(picture),
            _ => Self::Save,
        }
    }

    pub fn writes(self) -> bool {
        matches!(self, Self::Save | Self::Publish)
    }
}

impl EditorState {
    /// Applies a button that changes only the form. The table of variants is rebuilt elsewhere.
    pub fn apply_action(&mut self, action: EditorAction) {
        match action {
            EditorAction::AddOption if self.options.len() < MAX_OPTIONS => self.options.push(OptionForm::default()),
            EditorAction::RemoveOption(index) if index < self.options.len() => {
                self.options.remove(index);
            }
            EditorAction::AddField if self.fields.len() < MAX_FIELDS => self.fields.push(FieldForm::default()),
            EditorAction::RemoveField(index) if index < self.fields.len() => {
                self.fields.remove(index);
            }
            EditorAction::MoveLeft(id) => self.move_picture(id, |index| index.saturating_sub(1)),
            EditorAction::MoveRight(id) => self.move_picture(id, |index| index + 1),
            EditorAction::MakeCover(id) => self.move_picture(id, |_| 0),
            EditorAction::RemovePicture(id) => {
                self.pictures.retain(|picture| picture.id != id);
                let removed = id.to_string();
                for variant in self.variants.iter_mut().filter(|variant| variant.image == removed) {
                    variant.image.clear();
                }
            }
            _ => {}
        }
    }

    fn move_picture(&mut self, id: ImageId, to: impl Fn(usize) -> usize) {
        if let Some(from) = self.pictures.iter().position(|picture| picture.id == id) {
            let picture = self.pictures.remove(from);
            self.pictures.insert(to(from).min(self.pictures.len()), picture);
        }
    }
}
