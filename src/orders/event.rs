//! The history of an order line: one row for each status it has had.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Actor, OrderStatus};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{EventId, OrderLineId, UserId};
use crate::schema::order_events;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = order_events)]
pub struct OrderEvent {
    id: EventId,
    pub order_line_id: OrderLineId,
    /// None for the first status.
    pub from_status: Option<OrderStatus>,
    pub to_status: OrderStatus,
    pub actor: Actor,
    pub user_id: Option<UserId>,
    pub created_at: NaiveDateTime,
}

/// Who changes the status of an order line, and when.
#[derive(Debug, Clone, Copy)]
pub struct OrderAction {
    pub actor: Actor,
    /// None for a guest and for the market.
    pub user: Option<UserId>,
    pub now: NaiveDateTime,
}

impl OrderAction {
    /// A change by the buyer.
    pub fn by_buyer(user: Option<UserId>, now: NaiveDateTime) -> Self {
        let actor = Actor::Buyer;
        Self { actor, user, now }
    }

    /// A change by the seller.
    pub fn by_shop(user: UserId, now: NaiveDateTime) -> Self {
        let (actor, user) = (Actor::Shop, Some(user));
        Self { actor, user, now }
    }

    /// An automatic change by the market.
    pub fn by_market(now: NaiveDateTime) -> Self {
        let (actor, user) = (Actor::Market, None);
        Self { actor, user, now }
    }
}

impl OrderEvent {
    /// Records that a line changed from one status to another; `from` is None for the first status.
    pub fn record(
        conn: &mut Conn,
        line: OrderLineId,
        from: Option<OrderStatus>,
        to: OrderStatus,
        action: OrderAction,
    ) -> Result<()> {
        let event = Self {
            id: EventId::new(),
            order_line_id: line,
            from_status: from,
            to_status: to,
            actor: action.actor,
            user_id: action.user,
            created_at: action.now,
        };
        diesel::insert_into(order_events::table).values(&event).execute(conn)?;
        Ok(())
    }
}
