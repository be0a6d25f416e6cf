//! What was given back.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("No payment gives back more than was paid", MOST),
        rule("A payment gave back what its refunds come to", SUMS).but("not confirmed by the provider yet", PENDING),
        rule("What is cancelled is refunded, and nothing else is", CANCELLED)
            .but("imported as cancelled, settled elsewhere", ELSEWHERE),
        rule(
            "A shipment's refunds are its cancelled orders, and its price once none is left",
            SHIPMENTS,
        ),
    ]
}

const MOST: &str = "
SELECT 'payment ' || p.id || ' of ' || p.amount || ' is ' || p.status || ' and gave back ' || p.refunded AS what
FROM payments p
WHERE p.refunded > p.amount OR (p.refunded > 0 AND p.status <> 'SUCCEEDED')
ORDER BY p.id";

/// A refund is taken out of the payment as soon as it is meant, so that it cannot be meant twice.
const SUMS: &str = "
SELECT 'payment ' || p.id || ' gave back ' || p.refunded || ', its refunds come to ' || COALESCE(r.total, 0) AS what
FROM payments p
LEFT JOIN (SELECT payment_id, SUM(amount) AS total FROM refunds GROUP BY payment_id) r ON r.payment_id = p.id
WHERE p.refunded <> COALESCE(r.total, 0)
ORDER BY p.id";

const PENDING: &str = "SELECT 'refund ' || id AS what FROM refunds WHERE status = 'PENDING'";

const CANCELLED: &str = "
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

const SHIPMENTS: &str = "
SELECT 'shipment ' || s.id || ' refunded ' || t.refunded || '; of its orders ' || t.cancelled || ' are cancelled and '
    || t.kept || ' not, and it cost ' || s.price AS what
FROM shop_orders s
JOIN (
    SELECT o.shop_order_id, SUM(COALESCE(r.amount, 0)) AS refunded,
        SUM(CASE WHEN o.status = 'Cancelled' THEN o.subtotal ELSE 0 END) AS back,
        SUM(CASE WHEN o.status = 'Cancelled' THEN 1 ELSE 0 END) AS cancelled,
        SUM(CASE WHEN o.status = 'Cancelled' THEN 0 ELSE 1 END) AS kept
    FROM orders o
    JOIN payments p ON p.id = o.payment_id
    LEFT JOIN refunds r ON r.order_line_id = o.id
    WHERE p.expires_at IS NOT NULL
    GROUP BY o.shop_order_id
) t ON t.shop_order_id = s.id
WHERE t.refunded <> t.back + CASE WHEN t.kept = 0 THEN s.price ELSE 0 END
ORDER BY s.id";
