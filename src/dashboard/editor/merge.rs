//! What was typed in one tab, when another one was saved first.

use crate::catalog::{Options, Passage, Stored};

use super::state::EditorState;

impl EditorState {
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
