//! Rules for purchases and their payments.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("A purchase is placed if and only if a payment succeeded", PLACED)
            .except("imported with another payment", IMPORTED_UNPAID),
        rule(
            "No purchase has two payments that are pending or succeeded",
            TWO_PAYMENTS,
        ),
        rule("Every payment that succeeded has orders", WITHOUT_ORDERS)
            .except("imported without any", IMPORTED_WITHOUT_ORDERS),
        rule("Every order belongs to the current payment of its purchase", ORDERS),
        rule(
            "An order, its shop order and its payment belong to the same purchase",
            SAME_PURCHASE,
        ),
    ]
}

const PLACED: &str = "
SELECT 'purchase ' || c.number || CASE WHEN c.placed_at IS NULL THEN ' is paid, but not placed'
    ELSE ' is placed, but not paid' END AS what
FROM purchases c
WHERE (c.placed_at IS NOT NULL)
    <> EXISTS (SELECT 1 FROM payments p WHERE p.purchase_id = c.id AND p.status = 'SUCCEEDED')
    AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.purchase_id = c.id AND p.expires_at IS NULL)
ORDER BY c.id";

const IMPORTED_UNPAID: &str = "
SELECT 'payment ' || p.id AS what FROM payments p WHERE p.expires_at IS NULL AND p.status <> 'SUCCEEDED'";

const TWO_PAYMENTS: &str = "
SELECT 'purchase ' || c.number || ' has ' || COUNT(*) || ' payments that are pending or succeeded' AS what
FROM purchases c
JOIN payments p ON p.purchase_id = c.id AND p.status IN ('PENDING', 'SUCCEEDED')
GROUP BY c.id, c.number
HAVING COUNT(*) > 1
ORDER BY c.id";

const WITHOUT_ORDERS: &str = "
SELECT 'payment ' || p.id || ' of ' || p.amount || ' succeeded, but has no order' AS what
FROM payments p
WHERE p.status = 'SUCCEEDED' AND p.expires_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.payment_id = p.id)
ORDER BY p.id";

const IMPORTED_WITHOUT_ORDERS: &str = "
SELECT 'payment ' || p.id AS what
FROM payments p
WHERE p.status = 'SUCCEEDED' AND p.expires_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.payment_id = p.id)";

const ORDERS: &str = "
SELECT 'order ' || o.id || CASE WHEN p.id IS NULL THEN ' has no payment'
    ELSE ' belongs to payment ' || p.id || ', which failed, while payment ' || l.id || ' did not' END AS what
FROM orders o
LEFT JOIN payments p ON p.id = o.payment_id
LEFT JOIN payments l ON l.purchase_id = o.purchase_id AND l.status <> 'FAILED'
WHERE p.id IS NULL OR (p.status = 'FAILED' AND l.id IS NOT NULL)
ORDER BY o.id";

/// The buyer of an imported order may differ from the user who paid.
const SAME_PURCHASE: &str = "
SELECT 'order ' || o.id || ' belongs to purchase ' || c.number || ', but its shop order, payment or buyer does not' AS what
FROM orders o
JOIN purchases c ON c.id = o.purchase_id
JOIN shop_orders s ON s.id = o.shop_order_id
JOIN payments p ON p.id = o.payment_id
WHERE s.purchase_id <> o.purchase_id OR p.purchase_id <> o.purchase_id
    OR (p.expires_at IS NOT NULL AND COALESCE(o.buyer_id, 0) <> COALESCE(c.buyer_id, 0))
ORDER BY o.id";
