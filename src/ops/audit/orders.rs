//! Where orders stand, and how they came there.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("An order stands where its history ends", END),
        rule("Each step of a history begins where the one before ended", STEPS),
        rule("No order made a move that there is not", MOVES),
        rule("Shipments have the dates of their orders", DATES),
        rule("Nothing is sent or cancelled before it is paid", EARLY),
        rule("Every state is one that there is", WORDS),
    ]
}

/// A history begins when the purchase is placed.
const END: &str = "
SELECT 'order ' || o.id || ' is ' || o.status || ', its history ends with ' || COALESCE(e.to_status, 'nothing') AS what
FROM orders o
JOIN purchases c ON c.id = o.purchase_id
LEFT JOIN order_events e ON e.id = (SELECT MAX(l.id) FROM order_events l WHERE l.order_line_id = o.id)
WHERE COALESCE(e.to_status, '') <> CASE WHEN c.placed_at IS NULL THEN '' ELSE o.status END
ORDER BY o.id";

const STEPS: &str = "
SELECT 'order ' || s.order_line_id || ' came to ' || s.to_status || ' from ' || COALESCE(s.from_status, 'nothing')
    || ', and was ' || COALESCE(s.stood, 'nothing') AS what
FROM (
    SELECT id, order_line_id, from_status, to_status, LAG(to_status) OVER (PARTITION BY order_line_id ORDER BY id) AS stood
    FROM order_events
) s
WHERE COALESCE(s.from_status, '') <> COALESCE(s.stood, '')
ORDER BY s.id";

const MOVES: &str = "
SELECT 'order ' || e.order_line_id || ' was moved from ' || e.from_status || ' to ' || e.to_status || ' by the ' || e.actor
    AS what
FROM order_events e
WHERE e.from_status IS NOT NULL AND e.actor || ' ' || e.from_status || ' ' || e.to_status NOT IN (
    'shop Pending Shipped', 'buyer Shipped Delivered', 'market Shipped Delivered', 'buyer Pending Cancelled')
ORDER BY e.id";

/// One has left as soon as an order of it has, and is there as soon as none is on its way.
const DATES: &str = "
SELECT 'shipment ' || s.id || ' was sent ' || COALESCE(CAST(s.shipped_at AS TEXT), 'never') || ' and delivered '
    || COALESCE(CAST(s.delivered_at AS TEXT), 'never') || '; of its orders ' || o.waiting || ' wait, ' || o.under_way
    || ' are on their way, ' || o.there || ' are there' AS what
FROM shop_orders s
JOIN (
    SELECT shop_order_id, SUM(CASE WHEN status = 'Pending' THEN 1 ELSE 0 END) AS waiting,
        SUM(CASE WHEN status = 'Shipped' THEN 1 ELSE 0 END) AS under_way,
        SUM(CASE WHEN status = 'Delivered' THEN 1 ELSE 0 END) AS there
    FROM orders
    GROUP BY shop_order_id
) o ON o.shop_order_id = s.id
WHERE (o.under_way + o.there > 0) <> (s.shipped_at IS NOT NULL)
    OR (o.waiting > 0 AND s.shipped_at IS NOT NULL)
    OR (o.there > 0 AND o.under_way = 0) <> (s.delivered_at IS NOT NULL)
    OR s.delivered_at < s.shipped_at
ORDER BY s.id";

const EARLY: &str = "
SELECT 'order ' || o.id || ' is ' || o.status || ', and checkout ' || c.number || ' is not paid' AS what
FROM orders o
JOIN purchases c ON c.id = o.purchase_id
WHERE c.placed_at IS NULL AND o.status <> 'Pending'
ORDER BY o.id";

const WORDS: &str = "
SELECT 'order ' || id || ' is ' || status AS what FROM orders
WHERE status NOT IN ('Pending', 'Shipped', 'Delivered', 'Cancelled')
UNION ALL SELECT 'payment ' || id || ' is ' || status FROM payments
WHERE status NOT IN ('PENDING', 'SUCCEEDED', 'FAILED')
UNION ALL SELECT 'refund ' || id || ' is ' || status FROM refunds WHERE status NOT IN ('PENDING', 'SUCCEEDED')
UNION ALL SELECT 'product ' || id || ' is ' || state FROM products WHERE state NOT IN ('draft', 'active', 'archived')
UNION ALL SELECT 'shop ' || id || ' is ' || state FROM shops WHERE state NOT IN ('draft', 'open', 'closed')
UNION ALL SELECT 'movement ' || id || ' is for ' || reason FROM stock_movements
WHERE reason NOT IN ('opening', 'edit', 'sale', 'cancel', 'import')";
