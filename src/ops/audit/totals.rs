//! Rules for the amounts of purchases.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("The total of a purchase is the sum of its orders and deliveries", SUMS),
        rule("The amount of a payment is the total of its purchase", PAID),
        rule("The subtotal of an order is its quantity times its unit price", LINES)
            .except("imported with the subtotal only", UNKNOWN_LINES),
    ]
}

const SUMS: &str = "
SELECT 'purchase ' || c.number || ' has '  || c.items_total || ' and ' || c.shipping_total || ', total ' || c.total
    || '; its orders add up to ' || COALESCE(o.total, 0) || ', its deliveries to ' || COALESCE(s.total, 0) AS what
FROM purchases c
LEFT JOIN (SELECT purchase_id, SUM(subtotal) AS total FROM orders GROUP BY purchase_id) o ON o.purchase_id = c.id
LEFT JOIN (SELECT purchase_id, SUM(price) AS total FROM shop_orders GROUP BY purchase_id) s ON s.purchase_id = c.id
WHERE c.items_total <> COALESCE(o.total, 0) OR c.shipping_total <> COALESCE(s.total, 0)
    OR c.total <> c.items_total + c.shipping_total
ORDER BY c.id";

/// A failed payment keeps its amount when the total of the purchase changes.
const PAID: &str = "
SELECT 'payment ' || p.id || ' is for ' || p.amount || ' ' || p.currency || ', but the total of purchase ' || c.number || ' is '
    || c.total || ' ' || c.currency AS what
FROM payments p
JOIN purchases c ON c.id = p.purchase_id
WHERE p.status <> 'FAILED' AND (p.amount <> c.total OR p.currency <> c.currency)
ORDER BY p.id";

const LINES: &str = "
SELECT 'order ' || o.id || ' has the subtotal ' || o.subtotal || ', not ' || o.quantity || ' times ' || o.unit_price AS what
FROM orders o
JOIN payments p ON p.id = o.payment_id
WHERE p.expires_at IS NOT NULL AND o.subtotal <> o.unit_price * o.quantity
ORDER BY o.id";

const UNKNOWN_LINES: &str = "
SELECT 'order ' || o.id AS what
FROM orders o
JOIN payments p ON p.id = o.payment_id
WHERE p.expires_at IS NULL AND o.subtotal <> o.unit_price * o.quantity";
