// The commands of alerts: a part of cli/cmd.tbl.h, where it says what COMMAND is.
#define ALERT_RULE_OPTIONS                                                                         \
    OPTION("when", "WHAT",                                                                         \
           "device-error, device-away, supply-below, fault, meter-gap, port, engine-away"),        \
        OPTION("names", "NAME[,NAME...]", "of devices or hosts; none: all"),                       \
        OPTION("reasons", "WORD[,WORD...]",                                                        \
               "of faults, supplies or verdicts of ports; none: all"),                             \
        OPTION("threshold", "NUMBER", "percent of a supply, pages of a gap"),                      \
        OPTION("for-seconds", "SECONDS", "how long it must hold before it is told"),               \
        OPTION("clear-seconds", "SECONDS", "how long it must be gone before it is over"),          \
        OPTION("severity", "information|warning|critical", "critical is told in quiet hours too"), \
        OPTION("targets", "TARGET[,TARGET...]", "where it goes beside the page and the log"),      \
        OPTION("quiet-hours", "HH:MM-HH:MM", "by the site's clock: nothing but critical is sent"), \
        OPTION("escalate-seconds", "SECONDS", "nobody acknowledged it so long: tell the next"),    \
        OPTION("escalate-targets", "TARGET[,TARGET...]", "the next"),                              \
        OPTION("again-seconds", "SECONDS", "told anew while it lasts and nobody acknowledged it"), \
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN
#define ALERT_TARGET_OPTIONS                                                                       \
    OPTION("kind", "mail|webhook|syslog", "what it is"),                                           \
        OPTION("address", "ADDRESS",                                                               \
               "mail: to whom; webhook: its URL; syslog: a socket (default /dev/log)"),            \
        OPTION("server", "URL", "mail: smtp://HOST:PORT or smtps://HOST:PORT"),                    \
        OPTION("from", "ADDRESS", "mail: from whom"),                                              \
        OPTION("user", "NAME", "mail: signs in at the server; quoin alert-target secret"),         \
        OPTION("need-tls", "yes|no", "mail: without STARTTLS nothing is sent"),                    \
        OPTION("authority", "FILE", "certificates to trust there, at the engine's host"),          \
        OPTION("off", "yes|no", "nothing is sent there for now"),                                  \
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN
#define ALERT_ANSWER                                                                               \
    OPTION("note", "TEXT", "kept with it, for people"),                                            \
        OPTION("by", "NAME", "who says so; default: administrator")
COMMAND(alert_list, "alert list", "[ABOUT]", 0, 1, "administrator", "lists what is wrong now",
        "ABOUT is a device's name, or HOST:PORT/tcp.", OPTION("all", NULL, "also what is over"))
COMMAND(alert_show, "alert show", "ID", 1, 1, "administrator", "shows one alert", "", NONE)
COMMAND(alert_acknowledge, "alert acknowledge", "ID", 1, 1, "administrator",
        "says that somebody looks after an alert", "It is neither escalated nor told again.",
        ALERT_ANSWER)
COMMAND(alert_assign, "alert assign", "ID NAME", 2, 2, "administrator",
        "says who looks after an alert", "\"\" as NAME: nobody.", ALERT_ANSWER)
COMMAND(alert_mute, "alert mute", "ID", 1, 1, "administrator",
        "sends nothing of an alert for a time",
        "It stays on the page. What still lasts then is told.",
        OPTION("until", "TIME", "default: for a day"), OPTION("off", NULL, "speaks again"),
        ALERT_ANSWER)
COMMAND(alert_deliveries, "alert deliveries", "[ALERT]", 0, 1, "administrator",
        "lists what was sent, and what became of it", "",
        OPTION("target", "TARGET", "only what went there"))
COMMAND(alert_replay, "alert replay", "DELIVERY", 1, 1, "administrator",
        "sends a delivery again, with the same message id", "", NONE)
COMMAND(alert_test, "alert test", "TARGET", 1, 1, "administrator",
        "sends a trial to a target and shows what it answers", "", NONE)
COMMAND(alert_rule_add, "alert-rule add", "NAME", 1, 1, "administrator",
        "adds a rule: when people are told", "The first rule takes the place of the usual ones.",
        ALERT_RULE_OPTIONS)
COMMAND(alert_rule_set, "alert-rule set", "NAME", 1, 1, "administrator", "changes a rule",
        "What is not named stays as it is; \"\" empties it.", ALERT_RULE_OPTIONS)
COMMAND(alert_rule_list, "alert-rule list", "", 0, 0, "administrator", "lists the rules", "", NONE)
COMMAND(alert_rule_remove, "alert-rule remove", "NAME", 1, 1, "administrator", "removes a rule",
        "What it had begun is over.", OPTION("why", "TEXT", "the reason that the change keeps"),
        DRY_RUN)
COMMAND(alert_target_add, "alert-target add", "NAME", 1, 1, "administrator",
        "adds a target: where alerts go",
        "Its password, or a webhook's secret, is set by \"quoin alert-target secret\".",
        ALERT_TARGET_OPTIONS)
COMMAND(alert_target_set, "alert-target set", "NAME", 1, 1, "administrator", "changes a target",
        "What is not named stays as it is; \"\" empties it.", ALERT_TARGET_OPTIONS)
COMMAND(alert_target_list, "alert-target list", "", 0, 0, "administrator", "lists the targets", "",
        NONE)
COMMAND(alert_target_remove, "alert-target remove", "NAME", 1, 1, "administrator",
        "removes a target", "", OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(alert_target_secret, "alert-target secret", "NAME", 1, 1, "administrator",
        "sets a target's password or a webhook's secret",
        "It comes from standard input, or is asked for. A webhook is signed with it (Standard "
        "Webhooks).",
        OPTION("remove", NULL, "takes it away"))
