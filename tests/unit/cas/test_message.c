// Messages are compared field by field, and what differs is named.
#include "cas/cas_int.h"

#include "lib/tap.h"

static struct arena arena = { .cap = 100000 };
static struct err err;

static Quoin__V1__SettleRequest *sample(void)
{
    Quoin__V1__SettleRequest *ask = cas_message(&arena, &quoin__v1__settle_request__descriptor);
    ask->key = (ProtobufCBinaryData){ 3, (uint8_t *)cas_text(&arena, STR("abc")) };
    ask->evidence = cas_text(&arena, STR("mary"));
    ask->n_classes = 2;
    ask->classes = arena_new_array(&arena, 2, sizeof(*ask->classes));
    for (int i = 0; i < 2; i++) {
        ask->classes[i] = cas_message(&arena, &quoin__v1__page_class__descriptor);
        ask->classes[i]->pages = (uint32_t)i;
    }
    return ask;
}

static bool differs(const Quoin__V1__SettleRequest *b, const char *field)
{
    const char *found = cas_difference(&sample()->base, &b->base);
    return field == NULL ? found == NULL : found != NULL && strcmp(found, field) == 0;
}

static void test_every_kind_of_field(void)
{
    Quoin__V1__SettleRequest *b = sample();
    CHECK(differs(b, NULL));
    b->evidence = cas_text(&arena, STR("tom"));
    CHECK(differs(b, "evidence"));
    b = sample();
    b->reservation = b->key;
    CHECK(differs(b, "reservation"));
    b = sample();
    b->key.data[2] = 'x';
    CHECK(differs(b, "key"));
    b = sample();
    b->key.len = 2;
    CHECK(differs(b, "key"));
    b = sample();
    b->classes[1]->color = true;
    CHECK(differs(b, "classes"));
    b = sample();
    b->n_classes = 1;
    CHECK(differs(b, "classes"));
    Quoin__V1__Head *head = cas_message(&arena, &quoin__v1__head__descriptor);
    CHECK(strcmp(cas_difference(&head->base, &b->base), "method") == 0);
}

static void test_numbers_in_lists_and_messages_in_messages(void)
{
    int64_t one[2] = { 1, 2 };
    int64_t other[2] = { 1, 3 };
    Quoin__V1__PriceList a = QUOIN__V1__PRICE_LIST__INIT;
    Quoin__V1__PriceList b = QUOIN__V1__PRICE_LIST__INIT;
    a.page_mono = one;
    b.page_mono = other;
    a.n_page_mono = b.n_page_mono = 2;
    CHECK(strcmp(cas_difference(&a.base, &b.base), "page_mono") == 0);
    Quoin__V1__SetPricesRequest left = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    Quoin__V1__SetPricesRequest right = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    CHECK(cas_difference(&left.base, &right.base) == NULL);
    left.prices = &a;
    CHECK(strcmp(cas_difference(&left.base, &right.base), "prices") == 0);
    right.prices = &b;
    CHECK(strcmp(cas_difference(&left.base, &right.base), "prices") == 0);
    right.prices = &a;
    CHECK(cas_difference(&left.base, &right.base) == NULL);
}

static void test_packed_and_unpacked_is_the_same(void)
{
    Quoin__V1__SettleRequest *a = sample();
    ProtobufCMessage *b = NULL;
    struct str bytes = cas_pack(&arena, &a->base);
    CHECK(cas_unpack(&arena, a->base.descriptor, bytes, &b, &err));
    CHECK(cas_difference(&a->base, b) == NULL);
    CHECK(!cas_unpack(&arena, a->base.descriptor, STR("\x0a\xff"), &b, &err));
    CHECK(err.code == ERR_INTERNAL);
}

int main(void)
{
    test_every_kind_of_field();
    test_numbers_in_lists_and_messages_in_messages();
    test_packed_and_unpacked_is_the_same();
    arena_free(&arena);
    return tap_done();
}
