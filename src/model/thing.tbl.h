// Every kind of thing that is configured: THING(kind, name, stem). name: of the one thing that
// there is of a kind, else NULL; stem: of its message in the protocol (proto/quoin/v1). In the
// order in which a file shows them.
THING("site", "time", site_time)
THING("site", "money", site_money)
THING("money", "site", money_settings)
THING("price", NULL, price_book)
THING("payer", NULL, payer_rule)
THING("quota", NULL, quota)
THING("schedule", NULL, schedule)
THING("policy", NULL, policy_set)
THING("card-format", NULL, card_format)
THING("printer", NULL, printer_thing)
THING("queue", NULL, queue_thing)
THING("device", NULL, device)
THING("monitor", NULL, monitor)
THING("alert-target", NULL, alert_target)
THING("alert-rule", NULL, alert_rule)
THING("expectation", NULL, expectation)
