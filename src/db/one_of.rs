//! `column IN (…)` as a prepared statement that can be reused. Diesel's own `eq_any` is prepared again for each query.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool};

use super::connection::MultiBackend;

/// The condition that the column has one of these ids.
#[derive(Debug, Clone)]
pub struct OneOf<C> {
    column: C,
    ids: Vec<i64>,
}

/// Repeats the last id until their number is a power of two, so that few different statements are prepared.
pub fn one_of<C>(column: C, ids: impl IntoIterator<Item = i64>) -> OneOf<C> {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    // No id is negative, so this condition matches nothing when the list is empty.
    let last = ids.last().copied().unwrap_or(-1);
    ids.resize(ids.len().next_power_of_two(), last);
    OneOf { column, ids }
}

impl<C> Expression for OneOf<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<Source>, Source> AppearsOnTable<Source> for OneOf<C> {}

impl<C: SelectableExpression<Source>, Source> SelectableExpression<Source> for OneOf<C> {}

impl<C> ValidGrouping<()> for OneOf<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C> QueryId for OneOf<C> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        let mut before = " IN (";
        for id in &self.ids {
            pass.push_sql(before);
            pass.push_bind_param::<BigInt, i64>(id)?;
            before = ", ";
        }
        pass.push_sql(")");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_close_lengths_share_a_statement() {
        assert_eq!(one_of((), [7]).ids, [7]);
        assert_eq!(one_of((), [7, 8, 9]).ids, [7, 8, 9, 9]);
        assert_eq!(one_of((), 1..=25).ids.len(), 32);
        assert_eq!(one_of((), []).ids, [-1]);
    }
}
