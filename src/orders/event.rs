//! The history of an order: a row for each state it came to.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Actor, OrderStatus};
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{EventId, OrderLineId, UserId};
use crate::schema::order_events;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = order_events)]
pub struct OrderEvent {
    pub order_line_id: OrderLineId,
    /// None: it began there.
    pub from_status: Option<OrderStatus>,
    pub to_status: OrderStatus,
    pub actor: Actor,
    pub user_id: Option<UserId>,
    pub created_at: NaiveDateTime,
}

impl OrderEvent {
    /// Where an order begins.
    pub fn open(conn: &mut Conn, order: OrderLineId, at: OrderStatus, actor: Actor, now: NaiveDateTime) -> Result<()> {
        Self::record(conn, order, None, at, actor, None, now)
    }

    pub(super) fn record(
        conn: &mut Conn,
        order: OrderLineId,
        from: Option<OrderStatus>,
        to: OrderStatus,
        actor: Actor,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<()> {
        diesel::insert_into(order_events::table)
            .values((
                order_events::id.eq(EventId::new()),
                order_events::order_line_id.eq(order),
                order_events::from_status.eq(from),
                order_events::to_status.eq(to),
                order_events::actor.eq(actor),
                order_events::user_id.eq(user),
                order_events::created_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// The histories of these orders, each from its beginning.
    pub fn of_lines(conn: &mut Conn, orders: &[OrderLineId]) -> Result<Vec<Self>> {
        Ok(order_events::table
            .filter(one_of(order_events::order_line_id, orders.iter().map(|order| order.0)))
            .order(order_events::id)
            .select(Self::as_select())
            .load(conn)?)
    }
}
