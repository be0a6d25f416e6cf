DROP TABLE orders;
DROP TABLE shipments;
DROP TABLE payments;
DROP TABLE checkouts;
