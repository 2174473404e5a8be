// Every call between engines. CALL(service, method, request, reply, engine, roles, deadline_ms,
// flags): request and reply are protobuf-c's descriptor stems, roles a set of ROLE_ bits,
// CALL_KEYED says that the request's field 1 is the asker's 16-byte key, CALL_PARTS that the reply
// is a stream, CALL_SEEN that the header "quoin-seen-bin" is taken (Seen of common.proto).
#define ROLE_CLI (ROLE_ADMIN | ROLE_WEB)
CALL(People, AddPerson, add_person_request, person, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(People, GetPerson, get_person_request, person, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000, 0)
CALL(People, ListPeople, list_people_request, list_people_reply, "cas", ROLE_CLI, 10000, 0)
CALL(People, Deposit, deposit_request, person, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(People, SetLimit, set_limit_request, person, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Charging, Quote, quote_request, quote_reply, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000, 0)
CALL(Charging, Reserve, reserve_request, reservation, "cas", ROLE_DRE, 5000, CALL_KEYED)
CALL(Charging, Settle, settle_request, settlement, "cas", ROLE_DRE, 5000, CALL_KEYED)
CALL(Charging, VoidReservation, void_request, settlement, "cas", ROLE_DRE, 5000, CALL_KEYED)
CALL(Prices, GetPrices, get_prices_request, price_list, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000,
     0)
CALL(Prices, SetPrices, set_prices_request, price_list, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Policies, SetPolicy, set_policy_request, policy_set, "cas", ROLE_CLI, 10000,
     CALL_KEYED | CALL_SEEN)
CALL(Policies, GetPolicy, get_policy_request, policy_set, "cas", ROLE_CLI, 5000, 0)
CALL(Policies, ListPolicies, list_policies_request, list_policies_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Policies, PolicyHistory, policy_history_request, policy_history_reply, "cas", ROLE_CLI, 10000,
     0)
CALL(Policies, RollbackPolicy, rollback_policy_request, policy_set, "cas", ROLE_CLI, 10000,
     CALL_KEYED)
CALL(Policies, RemovePolicy, remove_policy_request, policy_set, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(PriceBooks, ListPriceBooks, list_price_books_request, list_price_books_reply, "cas", ROLE_CLI,
     10000, 0)
CALL(PriceBooks, PriceHistory, price_history_request, list_price_books_reply, "cas", ROLE_CLI,
     10000, 0)
CALL(PriceBooks, WhatIf, what_if_request, what_if_reply, "cas", ROLE_CLI, 600000, CALL_PARTS)
CALL(Policies, TryPolicy, try_policy_request, try_policy_reply, "cas", ROLE_CLI, 600000, CALL_PARTS)
CALL(Ledger, Balance, balance_request, balance_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Ledger, ListEntries, list_entries_request, list_entries_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Ledger, Verify, verify_request, verify_reply, "cas", ROLE_CLI, 600000, CALL_PARTS)
CALL(Proofs, MakeCheckpoint, make_checkpoint_request, checkpoint, "cas", ROLE_CLI, 20000,
     CALL_KEYED)
CALL(Proofs, ListCheckpoints, list_checkpoints_request, list_checkpoints_reply, "cas", ROLE_CLI,
     10000, 0)
CALL(Proofs, CheckHead, check_head_request, check_head_reply, "cas", ROLE_CLI | ROLE_ENGINE, 5000,
     0)
CALL(Proofs, ListBalances, list_balances_request, list_balances_reply, "cas", ROLE_CLI, 20000, 0)
CALL(Proofs, ClosePeriod, close_period_request, close_period_reply, "cas", ROLE_CLI, 3600000,
     CALL_KEYED | CALL_PARTS)
CALL(Proofs, ListPeriods, list_periods_request, list_periods_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Proofs, GetStatement, get_statement_request, get_statement_reply, "cas", ROLE_CLI, 20000, 0)
CALL(Witness, GetWitness, get_witness_request, get_witness_reply, "dre", ROLE_CLI | ROLE_CAS, 2000,
     0)
CALL(History, ListWorks, list_works_request, list_works_reply, "cas", ROLE_CLI | ROLE_DCE, 10000, 0)
CALL(History, ExportWorks, list_works_request, list_works_reply, "cas", ROLE_CLI, 600000,
     CALL_PARTS)
CALL(History, GetPastWork, get_past_work_request, past_work, "cas", ROLE_CLI | ROLE_DCE, 5000, 0)
CALL(History, Totals, totals_request, totals_reply, "cas", ROLE_CLI, 600000, CALL_PARTS)
CALL(History, ForgetPerson, forget_person_request, forget_person_reply, "cas", ROLE_ADMIN, 600000,
     CALL_KEYED | CALL_PARTS)
CALL(Configuration, ListThings, list_things_request, list_things_reply, "cas",
     ROLE_CLI | ROLE_DCE | ROLE_DME, 10000, 0)
CALL(Configuration, ApplyThings, apply_things_request, apply_things_reply, "cas", ROLE_CLI, 30000,
     CALL_KEYED | CALL_SEEN)
CALL(Configuration, UndoChange, undo_change_request, apply_things_reply, "cas", ROLE_CLI, 30000,
     CALL_KEYED)
CALL(Configuration, ListChanges, list_thing_changes_request, list_thing_changes_reply, "cas",
     ROLE_CLI, 10000, 0)
CALL(Configuration, GetChange, get_thing_change_request, thing_change, "cas", ROLE_CLI, 10000, 0)
CALL(Vouchers, MakeVouchers, make_vouchers_request, voucher_batch, "cas", ROLE_CLI, 30000,
     CALL_KEYED)
CALL(Vouchers, ListVoucherBatches, list_voucher_batches_request, list_voucher_batches_reply, "cas",
     ROLE_CLI, 10000, 0)
CALL(Vouchers, ListVouchers, list_vouchers_request, list_vouchers_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Vouchers, CheckVoucher, check_voucher_request, voucher, "cas", ROLE_CLI, 5000, 0)
CALL(Vouchers, RedeemVoucher, redeem_voucher_request, voucher, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Vouchers, VoidVouchers, void_vouchers_request, void_vouchers_reply, "cas", ROLE_CLI, 10000,
     CALL_KEYED)
CALL(Enrolment, CreateJoinToken, create_join_token_request, join_token, "cas", ROLE_ADMIN, 5000,
     CALL_KEYED)
CALL(Enrolment, Join, join_request, certificate, "cas", ROLE_JOINER, 10000, CALL_KEYED)
CALL(Enrolment, Renew, renew_request, certificate, "cas",
     ROLE_ENGINE | ROLE_WEB | ROLE_PANEL | ROLE_AGENT, 10000, CALL_KEYED)
CALL(Accounts, PutPeople, put_people_request, put_reply, "cas", ROLE_CLI, 60000,
     CALL_KEYED | CALL_SEEN)
CALL(Accounts, RenamePerson, rename_person_request, person, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Accounts, SetAlias, set_alias_request, person, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Accounts, MergePeople, merge_people_request, person, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Accounts, PutPayers, put_payers_request, put_reply, "cas", ROLE_CLI, 60000,
     CALL_KEYED | CALL_SEEN)
CALL(Accounts, GetPayer, get_payer_request, payer, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000, 0)
CALL(Accounts, ListPayers, list_payers_request, list_payers_reply, "cas",
     ROLE_CLI | ROLE_DRE | ROLE_DCE, 10000, 0)
CALL(Accounts, MovePayer, move_payer_request, move_payer_reply, "cas", ROLE_CLI, 60000, CALL_KEYED)
CALL(Accounts, PutGroups, put_groups_request, put_reply, "cas", ROLE_CLI, 60000, CALL_KEYED)
CALL(Accounts, ListGroups, list_groups_request, list_groups_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Accounts, SetMembers, set_members_request, group, "cas", ROLE_CLI, 60000, CALL_KEYED)
CALL(Accounts, SetFavourite, set_favourite_request, list_mine_reply, "cas", ROLE_CLI | ROLE_DCE,
     5000, CALL_KEYED)
CALL(Accounts, ListMine, list_mine_request, list_mine_reply, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE,
     5000, 0)
CALL(Accounts, ListChanges, list_changes_request, list_changes_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Accounts, CountPeople, count_people_request, count_people_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Payers, GetPurses, get_purses_request, purses, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000, 0)
CALL(Payers, Grant, grant_request, purses, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Payers, GrantMany, grant_many_request, grant_many_reply, "cas", ROLE_CLI, 60000, CALL_KEYED)
CALL(Payers, Adjust, adjust_request, purses, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Payers, Transfer, transfer_request, purses, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Payers, Cash, cash_request, cash_entry, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Payers, ListCash, list_cash_request, list_cash_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Payers, GetMoneySettings, get_money_settings_request, money_settings, "cas", ROLE_CLI, 5000, 0)
CALL(Payers, SetMoneySettings, set_money_settings_request, money_settings, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Charges, GetCharge, get_charge_request, charge, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 10000,
     0)
CALL(Charges, MoveCharge, move_charge_request, move, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Charges, AskRefund, ask_refund_request, refund, "cas", ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000,
     CALL_KEYED)
CALL(Charges, ListRefunds, list_refunds_request, list_refunds_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Charges, DecideRefund, decide_refund_request, refund, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Quotas, GetSiteTime, get_site_time_request, site_time, "cas", ROLE_CLI | ROLE_DRE, 5000, 0)
CALL(Quotas, SetSiteTime, set_site_time_request, site_time, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(PayerRules, SetPayerRule, set_payer_rule_request, payer_rule, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(PayerRules, ListPayerRules, list_payer_rules_request, list_payer_rules_reply, "cas", ROLE_CLI,
     10000, 0)
CALL(Quotas, ListQuotas, list_quotas_request, list_quotas_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Quotas, SetQuota, set_quota_request, quota, "cas", ROLE_CLI, 5000, CALL_KEYED | CALL_SEEN)
CALL(Quotas, RemoveQuota, remove_quota_request, quota, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Quotas, ListQuotaUse, list_quota_use_request, list_quota_use_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Quotas, ResetQuota, reset_quota_request, reset_quota_reply, "cas", ROLE_CLI, 10000, CALL_KEYED)
CALL(Schedules, ListSchedules, list_schedules_request, list_schedules_reply, "cas", ROLE_CLI, 10000,
     0)
CALL(Schedules, SetSchedule, set_schedule_request, schedule, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Schedules, RemoveSchedule, remove_schedule_request, schedule, "cas", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Schedules, RunSchedule, run_schedule_request, schedule_run, "cas", ROLE_CLI, 20000, CALL_KEYED)
CALL(Schedules, GetScheduleRun, get_schedule_run_request, schedule_run, "cas", ROLE_CLI, 5000, 0)
CALL(Schedules, ListScheduleRuns, list_schedule_runs_request, list_schedule_runs_reply, "cas",
     ROLE_CLI, 10000, 0)
CALL(Printers, AddPrinter, add_printer_request, printer, "dre", ROLE_CLI, 5000, CALL_KEYED)
CALL(Printers, ListPrinters, list_printers_request, list_printers_reply, "dre",
     ROLE_CLI | ROLE_DCE | ROLE_DME, 10000, 0)
CALL(Printers, RemovePrinter, remove_printer_request, empty, "dre", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Printers, SetPrinter, set_printer_request, printer, "dre", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Queues, AddQueue, add_queue_request, queue, "dre", ROLE_CLI, 5000, CALL_KEYED)
CALL(Queues, ListQueues, list_queues_request, list_queues_reply, "dre", ROLE_CLI, 10000, 0)
CALL(Queues, RemoveQueue, remove_queue_request, empty, "dre", ROLE_CLI, 5000,
     CALL_KEYED | CALL_SEEN)
CALL(Queues, SetQueue, set_queue_request, queue, "dre", ROLE_CLI, 5000, CALL_KEYED | CALL_SEEN)
CALL(Jobs, ListJobs, list_jobs_request, list_jobs_reply, "dre", ROLE_CLI | ROLE_DCE, 10000, 0)
CALL(Jobs, GetJob, get_job_request, job_detail, "dre", ROLE_CLI | ROLE_DCE, 10000, 0)
CALL(Jobs, ReleaseJob, release_job_request, job, "dre", ROLE_CLI | ROLE_DCE, 10000, CALL_KEYED)
CALL(Jobs, CancelJob, cancel_job_request, job, "dre", ROLE_CLI | ROLE_DCE, 10000, CALL_KEYED)
CALL(Jobs, ResolveJob, resolve_job_request, job, "dre", ROLE_CLI, 10000, CALL_KEYED)
CALL(Jobs, ChargeJob, charge_job_request, job, "dre", ROLE_CLI | ROLE_DCE, 10000, CALL_KEYED)
CALL(Jobs, RecountJobs, recount_jobs_request, recount_jobs_reply, "dre", ROLE_CLI, 120000, 0)
CALL(Jobs, ListHeld, list_held_request, list_jobs_reply, "dre", ROLE_CLI | ROLE_DCE, 10000, 0)
CALL(Jobs, QuoteJob, quote_job_request, job_quote, "dre", ROLE_CLI | ROLE_DCE, 10000, 0)
CALL(Jobs, ChangeJob, change_job_request, job, "dre", ROLE_CLI | ROLE_DCE, 10000, CALL_KEYED)
CALL(Jobs, SendJob, send_job_request, job, "dre", ROLE_CLI | ROLE_DCE, 10000, CALL_KEYED)
CALL(Jobs, ClaimJob, claim_job_request, job, "dre", ROLE_CLI | ROLE_DCE, 10000, CALL_KEYED)
CALL(Jobs, GetPreview, get_preview_request, preview, "dre", ROLE_CLI | ROLE_DCE, 30000, 0)
CALL(Jobs, WatchJobs, watch_jobs_request, job_news, "dre", ROLE_CLI | ROLE_DCE, 600000, CALL_PARTS)
CALL(Credentials, Prove, prove_request, proof, "cas", ROLE_WEB | ROLE_DCE, 10000, CALL_KEYED)
CALL(Credentials, WhoIs, who_is_request, proof, "cas", ROLE_WEB | ROLE_DCE, 5000, 0)
CALL(Credentials, SetSecret, set_secret_request, credential_state, "cas", ROLE_CLI | ROLE_DCE,
     10000, CALL_KEYED)
CALL(Credentials, GetCredentials, get_credentials_request, credential_state, "cas",
     ROLE_CLI | ROLE_DCE, 5000, 0)
CALL(Credentials, Unlock, unlock_request, credential_state, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, MakeTicket, make_ticket_request, ticket, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, AddCard, add_card_request, card, "cas", ROLE_CLI | ROLE_DCE, 5000, CALL_KEYED)
CALL(Credentials, PutCards, put_cards_request, put_reply, "cas", ROLE_CLI, 30000, CALL_KEYED)
CALL(Credentials, RemoveCard, remove_card_request, card, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, ListCards, list_cards_request, list_cards_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Credentials, TryCard, try_card_request, try_card_reply, "cas", ROLE_CLI | ROLE_DCE, 5000, 0)
CALL(Credentials, SetRoles, set_roles_request, credential_state, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, ListRoles, list_roles_request, list_roles_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Credentials, SetDelegate, set_delegate_request, list_delegates_reply, "cas", ROLE_CLI, 5000,
     CALL_KEYED)
CALL(Credentials, ListDelegates, list_delegates_request, list_delegates_reply, "cas",
     ROLE_CLI | ROLE_DCE | ROLE_DRE, 5000, 0)
CALL(Credentials, GetPreferences, get_preferences_request, preferences, "cas", ROLE_CLI | ROLE_DCE,
     5000, 0)
CALL(Credentials, SetPreferences, set_preferences_request, preferences, "cas", ROLE_CLI | ROLE_DCE,
     5000, CALL_KEYED | CALL_SEEN)
CALL(Credentials, MakeToken, make_token_request, token, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, ListTokens, list_tokens_request, list_tokens_reply, "cas", ROLE_CLI, 10000, 0)
CALL(Credentials, RevokeToken, revoke_token_request, token, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, CheckToken, check_token_request, token, "cas", ROLE_WEB, 5000, 0)
CALL(Credentials, MakeAddress, make_address_request, address, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, ListAddresses, list_addresses_request, list_addresses_reply, "cas", ROLE_CLI,
     10000, 0)
CALL(Credentials, RevokeAddress, revoke_address_request, address, "cas", ROLE_CLI, 5000, CALL_KEYED)
CALL(Credentials, FollowAddresses, follow_addresses_request, follow_addresses_reply, "cas",
     ROLE_DRE, 5000, 0)
CALL(Credentials, ListVersions, list_versions_request, list_versions_reply, "cas",
     ROLE_CLI | ROLE_DCE, 5000, 0)
CALL(Credentials, MakeSetup, make_setup_request, setup, "cas", ROLE_ADMIN, 5000, CALL_KEYED)
CALL(Credentials, UseSetup, use_setup_request, credential_state, "cas", ROLE_WEB, 10000, CALL_KEYED)
CALL(Sessions, SignIn, sign_in_request, session, "dce", ROLE_CLI | ROLE_PANEL, 15000, CALL_KEYED)
CALL(Sessions, SignOut, session_request, session, "dce", ROLE_CLI | ROLE_PANEL, 5000, CALL_KEYED)
CALL(Sessions, Extend, session_request, session, "dce", ROLE_CLI | ROLE_PANEL, 5000, CALL_KEYED)
CALL(Sessions, RegisterCard, register_card_request, session, "dce", ROLE_CLI | ROLE_PANEL, 15000,
     CALL_KEYED)
CALL(Sessions, ListSessions, list_sessions_request, list_sessions_reply, "dce", ROLE_CLI, 10000, 0)
CALL(Sessions, EndSessions, end_sessions_request, list_sessions_reply, "dce", ROLE_CLI, 5000,
     CALL_KEYED)
CALL(Sessions, GetDevice, get_device_request, device_state, "dce", ROLE_CLI | ROLE_PANEL, 5000, 0)
CALL(Sessions, ListDevices, list_devices_request, list_devices_reply, "dce", ROLE_CLI, 10000, 0)
CALL(Sessions, Watch, watch_request, news, "dce", ROLE_CLI | ROLE_PANEL, 600000, CALL_PARTS)
CALL(Release, ListHeld, list_held_jobs_request, list_held_jobs_reply, "dce", ROLE_CLI | ROLE_PANEL,
     10000, 0)
CALL(Release, Quote, quote_held_request, quote_held_reply, "dce", ROLE_CLI | ROLE_PANEL, 15000, 0)
CALL(Release, ReleaseJobs, release_jobs_request, release_jobs_reply, "dce", ROLE_CLI | ROLE_PANEL,
     30000, CALL_KEYED)
CALL(Release, DeleteJobs, delete_jobs_request, release_jobs_reply, "dce", ROLE_CLI | ROLE_PANEL,
     15000, CALL_KEYED)
CALL(Release, SendJobs, send_jobs_request, release_jobs_reply, "dce", ROLE_CLI | ROLE_PANEL, 15000,
     CALL_KEYED)
CALL(Release, ClaimJobs, delete_jobs_request, release_jobs_reply, "dce", ROLE_CLI | ROLE_PANEL,
     15000, CALL_KEYED)
CALL(Devices, ListMonitored, list_monitored_request, list_monitored_reply, "dme",
     ROLE_CLI | ROLE_DRE | ROLE_DCE, 10000, 0)
CALL(Devices, GetMonitored, get_monitored_request, monitored_device, "dme",
     ROLE_CLI | ROLE_DRE | ROLE_DCE, 5000, 0)
CALL(Devices, WatchMonitored, watch_monitored_request, monitored_device, "dme",
     ROLE_CLI | ROLE_DRE | ROLE_DCE, 600000, CALL_PARTS)
CALL(Devices, LookNow, get_monitored_request, monitored_device, "dme", ROLE_CLI, 20000, 0)
CALL(Devices, ListSamples, list_samples_request, list_samples_reply, "dme", ROLE_CLI, 10000, 0)
CALL(Devices, ListFaults, list_faults_request, list_faults_reply, "dme", ROLE_CLI, 10000, 0)
CALL(Devices, ListGaps, list_gaps_request, list_gaps_reply, "dme", ROLE_CLI, 10000, 0)
CALL(Devices, Discover, discover_request, discovered, "dme", ROLE_CLI, 600000, CALL_PARTS)
CALL(Devices, NoteJob, note_job_request, empty, "dme", ROLE_DRE, 5000, CALL_KEYED)
CALL(Devices, ObserveJob, observe_job_request, observe_job_reply, "dme", ROLE_DRE, 300000, 0)
CALL(Alerts, ListAlerts, list_alerts_request, list_alerts_reply, "dme", ROLE_CLI, 10000, 0)
CALL(Alerts, ChangeAlert, change_alert_request, alert, "dme", ROLE_CLI, 5000, CALL_KEYED)
CALL(Alerts, ListDeliveries, list_deliveries_request, list_deliveries_reply, "dme", ROLE_CLI, 10000,
     0)
CALL(Alerts, Redeliver, redeliver_request, delivery, "dme", ROLE_CLI, 30000, CALL_KEYED)
CALL(Alerts, TestTarget, test_target_request, delivery, "dme", ROLE_CLI, 30000, CALL_KEYED)
CALL(Alerts, SetTargetSecret, set_target_secret_request, empty, "dme", ROLE_CLI, 5000, CALL_KEYED)
CALL(Alerts, SetMonitorSecret, set_monitor_secret_request, empty, "dme", ROLE_CLI, 5000, CALL_KEYED)
CALL(Alerts, WatchAlerts, watch_alerts_request, alert, "dme", ROLE_CLI, 600000, CALL_PARTS)
CALL(PortWatch, ReportPorts, port_report, port_report_reply, "dme",
     ROLE_ENGINE | ROLE_WEB | ROLE_AGENT, 10000, CALL_KEYED)
CALL(PortWatch, ListPorts, list_ports_request, list_ports_reply, "dme", ROLE_CLI, 10000, 0)
CALL(PortWatch, ListPortEvents, list_port_events_request, list_port_events_reply, "dme", ROLE_CLI,
     10000, 0)
CALL(PortWatch, WatchPorts, watch_ports_request, port_sight, "dme", ROLE_CLI, 600000, CALL_PARTS)
CALL(Engine, Status, status_request, status_reply, "*", ROLE_ENGINE | ROLE_CLI | ROLE_AGENT, 2000,
     0)
