//! The editor's form as it is sent, and what its buttons ask for.

use serde::Deserialize;

use crate::id::ImageId;

/// Every field that the form has; what is not here does not change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EditorForm {
    /// Which button was pressed.
    #[serde(rename = "do")]
    pub act: String,
    /// What the shop had before its eyes, in microseconds since 1970.
    pub updated_at: String,
    /// What it agreed to happen with the stock.
    pub agreed: String,
    pub title: String,
    pub slug: String,
    pub description: String,
    pub category: String,
    pub section: String,
    pub new_section: String,
    pub tags: String,
    pub compare_at_price: String,
    pub weight: String,
    pub delivery: String,
    pub readiness: String,
    pub ready_from: String,
    pub ready_within: String,
    pub state: String,
    pub option1: Option<String>,
    pub option2: Option<String>,
    pub option3: Option<String>,
    pub values1: String,
    pub values2: String,
    pub values3: String,
    /// The names of the options that the rows below are combinations of.
    pub of1: String,
    pub of2: String,
    pub of3: String,
    // One for each row.
    pub value1: Vec<String>,
    pub value2: Vec<String>,
    pub value3: Vec<String>,
    pub price: Vec<String>,
    pub quantity: Vec<String>,
    pub seen: Vec<String>,
    pub sku: Vec<String>,
    pub image_id: Vec<String>,
    // One for each field of personalization.
    pub field_id: Vec<String>,
    pub field_kind: Vec<String>,
    pub field_label: Vec<String>,
    pub field_hint: Vec<String>,
    pub field_choices: Vec<String>,
    pub field_longest: Vec<String>,
    pub field_required: Vec<String>,
    pub field_price: Vec<String>,
    // One for each picture.
    pub picture: Vec<String>,
    pub alt: Vec<String>,
}

/// What a button asks for. Only the first two write anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Save,
    Publish,
    Table,
    AddOption,
    RemoveOption(usize),
    AddField,
    RemoveField(usize),
    Preview,
    Upload,
    Left(ImageId),
    Right(ImageId),
    Cover(ImageId),
    RemovePicture(ImageId),
}

impl Act {
    /// Whoever presses Enter saves.
    pub fn parse(word: &str) -> Self {
        let (verb, object) = word.split_once(':').unwrap_or((word, ""));
        let place = object.parse::<usize>().unwrap_or(0);
        let picture = ImageId(object.parse().unwrap_or(0));
        match verb {
            "publish" => Self::Publish,
            "table" => Self::Table,
            "add-option" => Self::AddOption,
            "remove-option" => Self::RemoveOption(place),
            "add-field" => Self::AddField,
            "remove-field" => Self::RemoveField(place),
            "preview" => Self::Preview,
            "upload" => Self::Upload,
            "left" => Self::Left(picture),
            "right" => Self::Right(picture),
            "cover" => Self::Cover(picture),
            "remove-picture" => Self::RemovePicture(picture),
            _ => Self::Save,
        }
    }

    pub fn writes(self) -> bool {
        matches!(self, Self::Save | Self::Publish)
    }
}
