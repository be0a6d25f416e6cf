//! Rules for the status of orders and its history.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("The status of an order is the last one of its history", LAST_EVENT),
        rule(
            "Each event of a history begins with the status of the event before",
            STEPS,
        ),
        rule("Only allowed changes of status were made", TRANSITIONS),
        rule("The dates of shop orders fit the status of their orders", DATES),
        rule("No order is shipped or canceled before it is paid", UNPAID),
    ]
}

/// The history begins when the purchase is placed.
const LAST_EVENT: &str = "
SELECT 'order ' || o.id || ' is ' || o.status || ', its history ends with ' || COALESCE(e.to_status, 'nothing') AS what
FROM orders o
JOIN purchases c ON c.id = o.purchase_id
LEFT JOIN order_events e ON e.id = (SELECT MAX(l.id) FROM order_events l WHERE l.order_line_id = o.id)
WHERE COALESCE(e.to_status, '') <> CASE WHEN c.placed_at IS NULL THEN '' ELSE o.status END
ORDER BY o.id";

const STEPS: &str = "
SELECT 'order ' || s.order_line_id || ' changed to ' || s.to_status || ' from ' || COALESCE(s.from_status, 'nothing')
    || ', but the event before ends with ' || COALESCE(s.previous_status, 'nothing') AS what
FROM (
    SELECT id, order_line_id, from_status, to_status,
        LAG(to_status) OVER (PARTITION BY order_line_id ORDER BY id) AS previous_status
    FROM order_events
) s
WHERE COALESCE(s.from_status, '') <> COALESCE(s.previous_status, '')
ORDER BY s.id";

const TRANSITIONS: &str = "
SELECT 'order ' || e.order_line_id || ' was changed from ' || e.from_status || ' to ' || e.to_status || ' by the ' || e.actor
    AS what
FROM order_events e
WHERE e.from_status IS NOT NULL AND e.actor || ' ' || e.from_status || ' ' || e.to_status NOT IN (
    'shop Pending Shipped', 'buyer Shipped Delivered', 'market Shipped Delivered', 'buyer Pending Cancelled')
ORDER BY e.id";

/// A shop order is shipped if one of its orders is, and delivered if at least one is delivered and none is on its way.
const DATES: &str = "
SELECT 'shop order ' || s.id || ' was shipped ' || COALESCE(CAST(s.shipped_at AS TEXT), 'never') || ' and delivered '
    || COALESCE(CAST(s.delivered_at AS TEXT), 'never') || '; of its orders ' || o.pending || ' are pending, '
    || o.shipped || ' are shipped, ' || o.delivered || ' are delivered' AS what
FROM shop_orders s
JOIN (
    SELECT shop_order_id, SUM(CASE WHEN status = 'Pending' THEN 1 ELSE 0 END) AS pending,
        SUM(CASE WHEN status = 'Shipped' THEN 1 ELSE 0 END) AS shipped,
        SUM(CASE WHEN status = 'Delivered' THEN 1 ELSE 0 END) AS delivered
    FROM orders
    GROUP BY shop_order_id
) o ON o.shop_order_id = s.id
WHERE (o.shipped + o.delivered > 0) <> (s.shipped_at IS NOT NULL)
    OR (o.pending > 0 AND s.shipped_at IS NOT NULL)
    OR (o.delivered > 0 AND o.shipped = 0) <> (s.delivered_at IS NOT NULL)
    OR s.delivered_at < s.shipped_at
ORDER BY s.id";

const UNPAID: &str = "
SELECT 'order ' || o.id || ' is ' || o.status || ', and purchase ' || c.number || ' is not paid' AS what
FROM orders o
JOIN purchases c ON c.id = o.purchase_id
WHERE c.placed_at IS NULL AND o.status <> 'Pending'
ORDER BY o.id";
