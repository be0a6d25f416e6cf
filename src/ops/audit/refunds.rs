//! Rules for refunds.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("No payment is refunded by more than its amount", TOO_MUCH),
        rule("The refunded amount of a payment is the sum of its refunds", SUMS)
            .except("not confirmed by the provider yet", PENDING),
        rule("Canceled orders are refunded, and no others", CANCELED)
            .except("imported as canceled, settled elsewhere", ELSEWHERE),
        rule(
            "The refunds of a shop order are its canceled orders, and its delivery once none is left",
            SHOP_ORDERS,
        ),
    ]
}

const TOO_MUCH: &str = "
SELECT 'payment ' || p.id || ' of ' || p.amount || ' is ' || p.status || ' and refunded by ' || p.refunded AS what
FROM payments p
WHERE p.refunded > p.amount OR (p.refunded > 0 AND p.status <> 'SUCCEEDED')
ORDER BY p.id";

/// A refund counts in the payment as soon as it is recorded, so that the same money cannot be refunded twice.
const SUMS: &str = "
SELECT 'payment ' || p.id || ' has ' || p.refunded || ' refunded, its refunds add up to ' || COALESCE(r.total, 0) AS what
FROM payments p
LEFT JOIN (SELECT payment_id, SUM(amount) AS total FROM refunds GROUP BY payment_id) r ON r.payment_id = p.id
WHERE p.refunded <> COALESCE(r.total, 0)
ORDER BY p.id";

const PENDING: &str = "SELECT 'refund ' || id AS what FROM refunds WHERE status = 'PENDING'";

const CANCELED: &str = "
SELECT 'order ' || o.id || ' of ' || o.subtotal || ' is ' || o.status || ', '
    || CASE WHEN r.id IS NULL THEN 'and not refunded'
        ELSE 'with ' || r.amount || ' refunded by payment ' || r.payment_id END AS what
FROM orders o
JOIN payments p ON p.id = o.payment_id
LEFT JOIN refunds r ON r.order_line_id = o.id
WHERE p.expires_at IS NOT NULL AND (
    (o.status = 'Cancelled') <> (r.id IS NOT NULL)
    OR (r.id IS NOT NULL AND (r.payment_id <> o.payment_id OR r.amount < o.subtotal))
)
ORDER BY o.id";

const ELSEWHERE: &str = "
SELECT 'order ' || o.id AS what
FROM orders o
JOIN payments p ON p.id = o.payment_id
WHERE p.expires_at IS NULL AND o.status = 'Cancelled'";

const SHOP_ORDERS: &str = "
SELECT 'shop order ' || s.id || ' has ' || t.refunded || ' refunded; of its orders ' || t.canceled || ' are canceled and '
    || t.remaining || ' are not, and its delivery cost ' || s.price AS what
FROM shop_orders s
JOIN (
    SELECT o.shop_order_id, SUM(COALESCE(r.amount, 0)) AS refunded,
        SUM(CASE WHEN o.status = 'Cancelled' THEN o.subtotal ELSE 0 END) AS canceled_total,
        SUM(CASE WHEN o.status = 'Cancelled' THEN 1 ELSE 0 END) AS canceled,
        SUM(CASE WHEN o.status = 'Cancelled' THEN 0 ELSE 1 END) AS remaining
    FROM orders o
    JOIN payments p ON p.id = o.payment_id
    LEFT JOIN refunds r ON r.order_line_id = o.id
    WHERE p.expires_at IS NOT NULL
    GROUP BY o.shop_order_id
) t ON t.shop_order_id = s.id
WHERE t.refunded <> t.canceled_total + CASE WHEN t.remaining = 0 THEN s.price ELSE 0 END
ORDER BY s.id";
