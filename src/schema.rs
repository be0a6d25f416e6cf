// @generated automatically by Diesel CLI.

diesel::table! {
    addresses (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        street -> Text,
        line2 -> Text,
        postal_code -> Text,
        town -> Text,
        region -> Text,
        country -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    cart_items (id) {
        id -> BigInt,
        cart_id -> BigInt,
        variant_id -> BigInt,
        quantity -> Integer,
        unit_price -> BigInt,
        personalization -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    carts (id) {
        id -> BigInt,
        owner_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    categories (code) {
        code -> Text,
        slug -> Text,
        label -> Text,
        position -> Integer,
        parent -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        run_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        attempts -> Integer,
        error -> Text,
        dead_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    order_events (id) {
        id -> BigInt,
        order_line_id -> BigInt,
        from_status -> Nullable<Text>,
        to_status -> Text,
        actor -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    orders (id) {
        id -> BigInt,
        buyer_id -> Nullable<BigInt>,
        product_id -> Nullable<BigInt>,
        variant_id -> Nullable<BigInt>,
        purchase_id -> BigInt,
        shop_order_id -> BigInt,
        payment_id -> BigInt,
        status -> Text,
        title -> Text,
        options -> Text,
        personalization -> Text,
        picture -> Text,
        unit_price -> BigInt,
        quantity -> Integer,
        subtotal -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        cart_item_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    payments (id) {
        id -> BigInt,
        owner_id -> Nullable<BigInt>,
        purchase_id -> BigInt,
        amount -> BigInt,
        refunded -> BigInt,
        currency -> Text,
        status -> Text,
        provider -> Text,
        payment_intent_id -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        attempt -> Integer,
        expires_at -> Nullable<Timestamp>,
        error -> Text,
    }
}

diesel::table! {
    pending_images (id) {
        id -> BigInt,
        owner_id -> BigInt,
        public_id -> Text,
        url -> Text,
        width -> Integer,
        height -> Integer,
        tint -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    personalization_fields (id) {
        id -> BigInt,
        product_id -> BigInt,
        position -> Integer,
        kind -> Text,
        label -> Text,
        hint -> Text,
        choices -> Text,
        max_length -> Integer,
        required -> Bool,
        price -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    product_images (id) {
        id -> BigInt,
        product_id -> BigInt,
        public_id -> Text,
        url -> Text,
        position -> Integer,
        alt -> Text,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        tint -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    product_slugs (shop_id, slug) {
        shop_id -> BigInt,
        slug -> Text,
        product_id -> BigInt,
    }
}

diesel::table! {
    product_variants (id) {
        id -> BigInt,
        product_id -> BigInt,
        image_id -> Nullable<BigInt>,
        position -> Integer,
        value1 -> Text,
        value2 -> Text,
        value3 -> Text,
        sku -> Text,
        price -> BigInt,
        quantity -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    products (id) {
        id -> BigInt,
        owner_id -> Nullable<BigInt>,
        shop_id -> BigInt,
        category -> Text,
        title -> Text,
        slug -> Text,
        description -> Text,
        price -> BigInt,
        quantity -> Integer,
        option1 -> Text,
        option2 -> Text,
        option3 -> Text,
        state -> Text,
        published_at -> Timestamp,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        section_id -> Nullable<BigInt>,
        tags -> Text,
        compare_at_price -> Nullable<BigInt>,
        weight -> Nullable<Integer>,
        delivery -> Text,
        ready_from -> Nullable<Integer>,
        ready_within -> Nullable<Integer>,
        archived_from -> Nullable<Text>,
        material -> Text,
    }
}

diesel::table! {
    purchases (id) {
        id -> BigInt,
        number -> Text,
        buyer_id -> Nullable<BigInt>,
        idempotency_key -> Nullable<Text>,
        email -> Text,
        name -> Text,
        street -> Text,
        line2 -> Text,
        postal_code -> Text,
        town -> Text,
        region -> Text,
        country -> Text,
        currency -> Text,
        items_total -> BigInt,
        shipping_total -> BigInt,
        total -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        cart_id -> Nullable<BigInt>,
        only_shop_id -> Nullable<BigInt>,
        body_hash -> Text,
        quote -> Text,
        token_hash -> Nullable<Text>,
        placed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> BigInt,
        user_id -> BigInt,
        hash -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refunds (id) {
        id -> BigInt,
        payment_id -> BigInt,
        order_line_id -> BigInt,
        amount -> BigInt,
        status -> Text,
        reference -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    secret_keys (id) {
        id -> BigInt,
        fingerprint -> Text,
        first_used_at -> Timestamp,
    }
}

diesel::table! {
    sections (id) {
        id -> BigInt,
        shop_id -> BigInt,
        name -> Text,
        position -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    security_events (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
        kind -> Text,
        detail -> Text,
        address -> Text,
        agent -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        user_id -> BigInt,
        factor -> Text,
        address -> Text,
        agent -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        auth_at -> Timestamp,
    }
}

diesel::table! {
    shipping_rates (id) {
        id -> BigInt,
        shop_id -> BigInt,
        position -> Integer,
        name -> Text,
        countries -> Text,
        first_price -> BigInt,
        further_price -> BigInt,
        free_over -> Nullable<BigInt>,
        days_from -> Integer,
        days_to -> Integer,
        pickup -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    shop_orders (id) {
        id -> BigInt,
        purchase_id -> BigInt,
        shop_id -> Nullable<BigInt>,
        shop_name -> Text,
        price -> BigInt,
        carrier -> Text,
        tracking -> Text,
        shipped_at -> Nullable<Timestamp>,
        delivered_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        rate_id -> Nullable<BigInt>,
        rate -> Text,
        pickup -> Bool,
        arrives_from -> Nullable<Timestamp>,
        arrives_until -> Nullable<Timestamp>,
        note -> Text,
    }
}

diesel::table! {
    shop_slugs (slug) {
        slug -> Text,
        shop_id -> BigInt,
    }
}

diesel::table! {
    shops (id) {
        id -> BigInt,
        owner_id -> Nullable<BigInt>,
        name -> Text,
        slug -> Text,
        tagline -> Text,
        bio -> Text,
        announcement -> Text,
        location -> Text,
        shop_image -> Text,
        state -> Text,
        vacation_from -> Nullable<Timestamp>,
        vacation_until -> Nullable<Timestamp>,
        vacation_message -> Text,
        hue -> Integer,
        vividness -> Text,
        corner -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        logo -> Text,
        contact -> Text,
        returns -> Text,
        care -> Text,
        vacation_selling -> Bool,
    }
}

diesel::table! {
    stock_movements (id) {
        id -> BigInt,
        variant_id -> BigInt,
        user_id -> Nullable<BigInt>,
        order_line_id -> Nullable<BigInt>,
        reason -> Text,
        change -> Integer,
        quantity -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    throttles (id) {
        id -> BigInt,
        name -> Text,
        attempts -> Integer,
        closed_until -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        user_id -> BigInt,
        purpose -> Text,
        hash -> Text,
        email -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    trusted_browsers (id) {
        id -> BigInt,
        user_id -> BigInt,
        hash -> Text,
        address -> Text,
        agent -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        email -> Text,
        password -> Text,
        first_name -> Text,
        last_name -> Text,
        address -> Nullable<Text>,
        profile_image -> Text,
        admin -> Bool,
        email_verified_at -> Nullable<Timestamp>,
        suspended_at -> Nullable<Timestamp>,
        last_login_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        totp_secret -> Nullable<Text>,
        totp_step -> BigInt,
        totp_enabled_at -> Nullable<Timestamp>,
        delete_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(addresses -> users (user_id));
diesel::joinable!(cart_items -> carts (cart_id));
diesel::joinable!(cart_items -> product_variants (variant_id));
diesel::joinable!(carts -> users (owner_id));
diesel::joinable!(order_events -> orders (order_line_id));
diesel::joinable!(order_events -> users (user_id));
diesel::joinable!(orders -> payments (payment_id));
diesel::joinable!(orders -> product_variants (variant_id));
diesel::joinable!(orders -> products (product_id));
diesel::joinable!(orders -> purchases (purchase_id));
diesel::joinable!(orders -> shop_orders (shop_order_id));
diesel::joinable!(orders -> users (buyer_id));
diesel::joinable!(payments -> purchases (purchase_id));
diesel::joinable!(payments -> users (owner_id));
diesel::joinable!(pending_images -> users (owner_id));
diesel::joinable!(personalization_fields -> products (product_id));
diesel::joinable!(product_images -> products (product_id));
diesel::joinable!(product_slugs -> products (product_id));
diesel::joinable!(product_slugs -> shops (shop_id));
diesel::joinable!(product_variants -> product_images (image_id));
diesel::joinable!(product_variants -> products (product_id));
diesel::joinable!(products -> categories (category));
diesel::joinable!(products -> sections (section_id));
diesel::joinable!(products -> shops (shop_id));
diesel::joinable!(products -> users (owner_id));
diesel::joinable!(purchases -> users (buyer_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(refunds -> orders (order_line_id));
diesel::joinable!(refunds -> payments (payment_id));
diesel::joinable!(sections -> shops (shop_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(shipping_rates -> shops (shop_id));
diesel::joinable!(shop_orders -> purchases (purchase_id));
diesel::joinable!(shop_orders -> shops (shop_id));
diesel::joinable!(shop_slugs -> shops (shop_id));
diesel::joinable!(shops -> users (owner_id));
diesel::joinable!(stock_movements -> orders (order_line_id));
diesel::joinable!(stock_movements -> product_variants (variant_id));
diesel::joinable!(stock_movements -> users (user_id));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(trusted_browsers -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    addresses,
    cart_items,
    carts,
    categories,
    jobs,
    order_events,
    orders,
    payments,
    pending_images,
    personalization_fields,
    product_images,
    product_slugs,
    product_variants,
    products,
    purchases,
    recovery_codes,
    refunds,
    secret_keys,
    sections,
    security_events,
    sessions,
    shipping_rates,
    shop_orders,
    shop_slugs,
    shops,
    stock_movements,
    throttles,
    tokens,
    trusted_browsers,
    users,
);
