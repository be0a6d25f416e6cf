//! What purchases come to.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("A purchase comes to its orders and shipments", SUMS),
        rule("A payment is of what its purchase comes to", PAID),
        rule("An order comes to its quantity times its unit price", LINES)
            .but("imported, of which only the sum is known", UNKNOWN_LINES),
    ]
}

const SUMS: &str = "
SELECT 'checkout ' || c.number || ' says ' || c.items_total || ' and ' || c.shipping_total || ', in all ' || c.total
    || '; its orders come to ' || COALESCE(o.total, 0) || ', its shop_orders to ' || COALESCE(s.total, 0) AS what
FROM purchases c
LEFT JOIN (SELECT purchase_id, SUM(subtotal) AS total FROM orders GROUP BY purchase_id) o ON o.purchase_id = c.id
LEFT JOIN (SELECT purchase_id, SUM(price) AS total FROM shop_orders GROUP BY purchase_id) s ON s.purchase_id = c.id
WHERE c.items_total <> COALESCE(o.total, 0) OR c.shipping_total <> COALESCE(s.total, 0)
    OR c.total <> c.items_total + c.shipping_total
ORDER BY c.id";

/// One that failed stays what it was when the purchase came to something else.
const PAID: &str = "
SELECT 'payment ' || p.id || ' is of ' || p.amount || ' ' || p.currency || ', checkout ' || c.number || ' comes to '
    || c.total || ' ' || c.currency AS what
FROM payments p
JOIN purchases c ON c.id = p.purchase_id
WHERE p.status <> 'FAILED' AND (p.amount <> c.total OR p.currency <> c.currency)
ORDER BY p.id";

const LINES: &str = "
SELECT 'order ' || o.id || ' comes to ' || o.subtotal || ', not ' || o.quantity || ' times ' || o.unit_price AS what
FROM orders o
JOIN payments p ON p.id = o.payment_id
WHERE p.expires_at IS NOT NULL AND o.subtotal <> o.unit_price * o.quantity
ORDER BY o.id";

const UNKNOWN_LINES: &str = "
SELECT 'order ' || o.id AS what
FROM orders o
JOIN payments p ON p.id = o.payment_id
WHERE p.expires_at IS NULL AND o.subtotal <> o.unit_price * o.quantity";
