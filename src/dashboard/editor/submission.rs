//! The editor's form as it was sent, with its new pictures.

use super::action::EditorAction;
use super::parse::Rules;
use super::pictures::ReceivedPictures;
use super::state::EditorState;
use super::view::{Editor, EditorContext};
use crate::catalog::{Draft, Product, ProductState};
use crate::error::Result;
use crate::id::{ImageId, ProductId};
use crate::web::{SellerRequest, Site, Upload};

/// What a submitted form leads to.
#[expect(clippy::large_enum_variant, reason = "one value a request, taken apart at once")]
pub enum Submission {
    /// The page is shown again, because a button asked for it or because of errors.
    Show(Editor),
    /// The draft is written.
    Save(Editor, Draft),
}

impl Submission {
    /// Stores the pictures of the form, applies the button that was pressed, and reads the draft.
    ///
    /// # Errors
    /// `NotFound` for a product of another shop. Nothing is stored then.
    pub async fn receive(request: &SellerRequest, id: Option<ProductId>, upload: Upload<EditorState>) -> Result<Self> {
        let action = EditorAction::parse(&upload.form.action);
        let mut editor = receive(request, id, upload).await?;
        editor.pressed = if action == EditorAction::Publish {
            "publish"
        } else {
            "save"
        };
        if !action.writes() {
            editor.apply(action);
            return Ok(Self::Show(editor));
        }
        Ok(match editor.parse(action, &request.page.site) {
            Some(draft) => Self::Save(editor, draft),
            None => Self::Show(editor),
        })
    }
}

/// Stores the pictures of the form. The state then contains only pictures and sections that the seller may use.
async fn receive(request: &SellerRequest, id: Option<ProductId>, upload: Upload<EditorState>) -> Result<Editor> {
    let seller = request.context();
    if let Some(id) = id {
        request
            .read(move |conn| Product::of_shop(conn, seller.shop, id))
            .await?;
    }
    let mut state = upload.form;
    let received = ReceivedPictures::store(request, upload.files, state.room_for_pictures()).await?;
    state.add_pictures(received.images.iter().map(|image| image.id));
    let pictures: Vec<ImageId> = state.pictures.iter().map(|picture| picture.id).collect();
    let context = request
        .read(move |conn| EditorContext::load(conn, seller, id, &pictures))
        .await?;
    let mut editor = Editor::new(state, context);
    for message in received.refused {
        editor.errors.add("images", message);
    }
    editor.remove_unknown();
    Ok(editor)
}

impl Editor {
    /// Removes pictures and a section that the seller may not use, or that no longer exist.
    fn remove_unknown(&mut self) {
        let Self {
            state, context, errors, ..
        } = self;
        let count = state.pictures.len();
        state
            .pictures
            .retain(|picture| context.pictures.contains_key(&picture.id));
        if state.pictures.len() < count {
            errors.add("images", "A picture is no longer available. Upload it again.");
        }
        let section = state.section.as_str();
        if !section.is_empty() && context.sections.iter().all(|known| known.id.to_string() != section) {
            errors.add("section", "Choose one of the sections in the list.");
            state.section.clear();
        }
    }

    /// Applies a button that saves nothing.
    fn apply(&mut self, action: EditorAction) {
        self.preview = action == EditorAction::Preview;
        self.state.apply_action(action);
        let rebuilds = matches!(action, EditorAction::Table | EditorAction::RemoveOption(_));
        match self.state.parse_options() {
            Ok(options) if rebuilds => {
                self.state.rebuild_variants(&options);
            }
            Err(errors) if action == EditorAction::Table => self.errors.append(errors),
            _ => {}
        }
    }

    /// The draft to save. None if the form has errors, which are then in `errors`.
    fn parse(&mut self, action: EditorAction, site: &Site) -> Option<Draft> {
        let before = self.context.product.as_ref().map(|product| product.state);
        let state = match action {
            EditorAction::Publish => ProductState::Active,
            _ => ProductState::parse(&self.state.state)
                .or(before)
                .unwrap_or(ProductState::Draft),
        };
        let rules = Rules {
            currency: site.currency,
            categories: &site.categories,
            state,
            live: before == Some(ProductState::Active),
        };
        match self.state.parse(rules) {
            Ok(draft) => Some(draft).filter(|_| self.errors.is_empty()),
            Err(errors) => {
                self.errors.append(errors);
                None
            }
        }
    }
}
