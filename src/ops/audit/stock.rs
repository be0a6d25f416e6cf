//! Rules for stock and its movements.

use super::rule::{Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("The stock movements of a variant add up to its stock", ADD_UP),
        rule(
            "Each stock movement continues from the stock that another one left",
            CONTINUE,
        ),
        rule(
            "Products have the total stock and the lowest price of their variants",
            PRODUCT_TOTALS,
        ),
        rule(
            "Sold orders were taken from stock, and canceled ones were returned to it",
            SOLD,
        ),
    ]
}

const ADD_UP: &str = "
SELECT 'variant ' || v.id || ' has a stock of ' || v.quantity || ', its movements add up to ' || COALESCE(m.total, 0) AS what
FROM product_variants v
LEFT JOIN (SELECT variant_id, SUM(change) AS total FROM stock_movements GROUP BY variant_id) m ON m.variant_id = v.id
WHERE v.quantity <> COALESCE(m.total, 0)
ORDER BY v.id";

/// A movement leads from one stock to another, and all movements of a variant lead from zero to its stock. So every
/// number in between is the end of as many movements as it is the start of. Unlike a running sum, this does not depend
/// on the order of movements that two processes made in the same millisecond.
const CONTINUE: &str = "
SELECT 'variant ' || s.variant_id || ' reached a stock of ' || s.quantity || ' by '  || SUM(s.arrivals) || ' of its movements, but '
    || SUM(s.departures) || ' continue from it' AS what
FROM (
    SELECT variant_id, quantity, 1 AS arrivals, 0 AS departures FROM stock_movements
    UNION ALL SELECT variant_id, quantity - change, 0, 1 FROM stock_movements
    UNION ALL SELECT id, 0, 1, 0 FROM product_variants
    UNION ALL SELECT id, quantity, 0, 1 FROM product_variants
) s
GROUP BY s.variant_id, s.quantity
HAVING SUM(s.arrivals) <> SUM(s.departures)
ORDER BY s.variant_id, s.quantity";

const PRODUCT_TOTALS: &str = "
SELECT 'product ' || p.id || ' has a stock of ' || p.quantity || ' at '  || p.price || ', its variants have '
    || COALESCE(v.quantity, 0) || ' at ' || COALESCE(v.price, 0) AS what
FROM products p
LEFT JOIN (
    SELECT product_id, SUM(quantity) AS quantity, MIN(price) AS price FROM product_variants GROUP BY product_id
) v ON v.product_id = p.id
WHERE v.product_id IS NULL OR p.quantity <> v.quantity OR p.price <> v.price
ORDER BY p.id";

/// Imported orders took no stock here, and the movements of a deleted variant are deleted with it.
const SOLD: &str = "
SELECT 'order ' || s.id || ' of ' || s.quantity || ', ' || s.status || ' and ' || s.payment || ', changed stock by '
    || s.moved AS what
FROM (
    SELECT o.id, o.quantity, o.status, p.status AS payment, COALESCE(m.total, 0) AS moved,
        CASE WHEN o.status = 'Cancelled' OR p.status = 'FAILED' THEN 0 ELSE -o.quantity END AS due
    FROM orders o
    JOIN payments p ON p.id = o.payment_id
    LEFT JOIN (
        SELECT order_line_id, variant_id, SUM(change) AS total FROM stock_movements GROUP BY order_line_id, variant_id
    ) m ON m.order_line_id = o.id AND m.variant_id = o.variant_id
    WHERE p.expires_at IS NOT NULL AND o.variant_id IS NOT NULL
) s
WHERE s.moved <> s.due
ORDER BY s.id";
