"""The first schema: corpus, matrix, comparisons, runs, codebook, history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _numbers(*columns: str) -> list[sa.CheckConstraint]:
    """Only plain numbers: portable SQL has no pattern test, so each dialect has its own."""
    if op.get_bind().dialect.name == "postgresql":
        rule = "{0} IS NULL OR {0} ~ '^-?[0-9]+([.][0-9]+)?$'"
    else:
        rule = (
            "{0} IS NULL OR ({0} NOT GLOB '*[^-0-9.]*' AND {0} GLOB '*[0-9]' "
            "AND {0} NOT GLOB '?*-*' AND {0} NOT GLOB '*.*.*' "
            "AND {0} NOT GLOB '.*' AND {0} NOT GLOB '-.*')"
        )
    return [sa.CheckConstraint(rule.format(c), name=op.f(f"ck_comparisons_{c}_number")) for c in columns]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "adjudication_lookups",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_adjudication_lookups")),
    )
    op.create_table(
        "change_context",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_context_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_context")),
    )
    op.create_table(
        "corrections",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "record",
                "study",
                "comparison",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_corrections")),
    )
    op.create_table(
        "environments",
        sa.Column("environment_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("environment_id", name=op.f("pk_environments")),
    )
    op.create_table(
        "field_agreement",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("studies", sa.Integer(), nullable=False),
        sa.Column("reviewer_pairs", sa.Integer(), nullable=False),
        sa.Column("identical", sa.Integer(), nullable=False),
        sa.Column("share", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("field", name=op.f("pk_field_agreement")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=True),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "insert",
                "update",
                "delete",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("old", sa.JSON(), nullable=True),
        sa.Column("new", sa.JSON(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_change"), ["change"], unique=False)
        batch_op.create_index("ix_history_table_name_row_key", ["table_name", "row_key"], unique=False)

    op.create_table(
        "outcomes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column(
            "better",
            sa.Enum(
                "higher",
                "lower",
                "neither",
                name="direction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.Enum(
                "difference",
                "log_ratio",
                "none",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_outcomes")),
    )
    op.create_table(
        "records",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("arxiv_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("other_urls", sa.Text(), nullable=True),
        sa.Column("first_found_by_query", sa.Text(), nullable=True),
        sa.Column("found_in_source", sa.Text(), nullable=True),
        sa.Column("dedup_note", sa.Text(), nullable=True),
        sa.Column(
            "removed",
            sa.Enum(
                "automation", "other", name="removal", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("year BETWEEN 1900 AND 2100", name=op.f("ck_records_year")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_records")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("citation", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_table(
        "review_facts",
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fact", name=op.f("pk_review_facts")),
    )
    op.create_table(
        "searches",
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("results_returned", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("query_id", name=op.f("pk_searches")),
    )
    op.create_table(
        "stated_record_agreement",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("records_judged_by_both", sa.Integer(), nullable=False),
        sa.Column("both_include", sa.Integer(), nullable=False),
        sa.Column("both_exclude", sa.Integer(), nullable=False),
        sa.Column("disagree", sa.Integer(), nullable=False),
        sa.Column("raw_agreement", sa.Text(), nullable=True),
        sa.Column("cohen_kappa", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pair", name=op.f("pk_stated_record_agreement")),
    )
    op.create_table(
        "terms",
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("vocabulary", "code", name=op.f("pk_terms")),
    )
    op.create_table(
        "variables",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "text",
                "code",
                "integer",
                "year",
                "number",
                "bits",
                "doi",
                "url",
                name="value_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "multi",
            sa.Enum("yes", "no", name="answer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("vocabulary", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_variables")),
    )
    op.create_table(
        "identified",
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("raw_record_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("arxiv_id", sa.Text(), nullable=True),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column(
            "route",
            sa.Enum(
                "database",
                "register",
                "website",
                "organisation",
                "citation",
                name="route",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name=op.f("fk_identified_record_id")),
        sa.PrimaryKeyConstraint("theme", "raw_record_id", name=op.f("pk_identified")),
    )
    with op.batch_alter_table("identified", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identified_record_id"), ["record_id"], unique=False)

    op.create_table(
        "release_files",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_files_release_id")),
        sa.PrimaryKeyConstraint("release_id", "name", name=op.f("pk_release_files")),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "leased",
                "done",
                "failed",
                name="run_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("environment_id", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.JSON(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'done' OR finished_at IS NOT NULL", name=op.f("ck_runs_done_has_an_end")
        ),
        sa.CheckConstraint("state <> 'failed' OR error IS NOT NULL", name=op.f("ck_runs_failed_says_why")),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environments.environment_id"], name=op.f("fk_runs_environment_id")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_runs_case_id"), ["case_id"], unique=False)

    op.create_table(
        "screenings",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "title_abstract",
                "full_text",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "include",
                "exclude",
                "maybe",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name=op.f("fk_screenings_record_id")),
        sa.PrimaryKeyConstraint("record_id", "reviewer", "stage", name=op.f("pk_screenings")),
    )
    op.create_table(
        "search_purposes",
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["query_id"], ["searches.query_id"], name=op.f("fk_search_purposes_query_id")
        ),
        sa.PrimaryKeyConstraint("query_id", name=op.f("pk_search_purposes")),
    )
    op.create_table(
        "studies",
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("publication_type", sa.Text(), nullable=False),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("arxiv_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("text_basis", sa.Text(), nullable=True),
        sa.Column("extracted_by", sa.Text(), nullable=True),
        sa.Column("extraction_conflicts", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("year BETWEEN 1900 AND 2100", name=op.f("ck_studies_year")),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name=op.f("fk_studies_record_id")),
        sa.PrimaryKeyConstraint("study_id", name=op.f("pk_studies")),
    )
    with op.batch_alter_table("studies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studies_record_id"), ["record_id"], unique=False)

    op.create_table(
        "comparisons",
        sa.Column("comparison_id", sa.Text(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "reported", "measured", name="origin", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("study_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("technique", sa.Text(), nullable=True),
        sa.Column("weight_bits", sa.Text(), nullable=True),
        sa.Column("activation_bits", sa.Text(), nullable=True),
        sa.Column("architecture", sa.Text(), nullable=True),
        sa.Column("dataset", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("baseline_value", sa.String(40), nullable=True),
        sa.Column("quantized_value", sa.String(40), nullable=True),
        sa.Column(
            "change_kind",
            sa.Enum(
                "difference",
                "ratio",
                "percent_change",
                "none",
                name="change_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("change_value", sa.String(40), nullable=True),
        sa.Column(
            "bound",
            sa.Enum(
                "exact",
                "about",
                "at_least",
                "at_most",
                "range",
                name="bound",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("n_test", sa.Integer(), nullable=True),
        sa.Column(
            "control",
            sa.Enum(
                "clean",
                "combined_compression",
                "cross_device",
                "cross_model",
                "unclear",
                name="control",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("as_printed", sa.Text(), nullable=True),
        sa.Column("extracted_by", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column(
            "verification",
            sa.Enum(
                "confirmed",
                "corrected",
                "not_seen_again",
                "unverified",
                name="verification",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("split", sa.Text(), nullable=True),
        sa.Column(
            "granularity",
            sa.Enum(
                "per_tensor",
                "per_channel",
                "blockwise",
                "mixed",
                name="granularity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "symmetry",
            sa.Enum(
                "symmetric",
                "asymmetric",
                name="symmetry",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("calibration", sa.Text(), nullable=True),
        sa.Column("fallback_ops", sa.Text(), nullable=True),
        sa.Column(
            "execution",
            sa.Enum(
                "simulated",
                "interpreter",
                "device",
                name="execution",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("discordant_gained", sa.Integer(), nullable=True),
        sa.Column("discordant_lost", sa.Integer(), nullable=True),
        sa.Column("baseline_sd", sa.String(40), nullable=True),
        sa.Column("quantized_sd", sa.String(40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        *_numbers("baseline_value", "quantized_value", "change_value", "baseline_sd", "quantized_sd"),
        sa.CheckConstraint(
            "(change_kind = 'none') = (change_value IS NULL)",
            name=op.f("ck_comparisons_change_kind_has_its_value"),
        ),
        sa.CheckConstraint(
            "(origin = 'reported' AND study_id IS NOT NULL AND run_id IS NULL) OR (origin = 'measured' AND run_id IS NOT NULL AND study_id IS NULL)",
            name=op.f("ck_comparisons_origin_has_its_source"),
        ),
        sa.CheckConstraint(
            "discordant_gained >= 0 AND discordant_lost >= 0", name=op.f("ck_comparisons_discordant_counts")
        ),
        sa.CheckConstraint("n_test > 0", name=op.f("ck_comparisons_n_test_positive")),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.code"], name=op.f("fk_comparisons_outcome")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_comparisons_run_id")),
        sa.ForeignKeyConstraint(["study_id"], ["studies.study_id"], name=op.f("fk_comparisons_study_id")),
        sa.PrimaryKeyConstraint("comparison_id", name=op.f("pk_comparisons")),
    )
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.create_index("ix_comparisons_outcome_control", ["outcome", "control"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparisons_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comparisons_study_id"), ["study_id"], unique=False)

    op.create_table(
        "measurements",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("ci_low", sa.Float(), nullable=True),
        sa.Column("ci_high", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_measurements_run_id")),
        sa.PrimaryKeyConstraint("run_id", "arm", "metric", "split", name=op.f("pk_measurements")),
    )
    op.create_table(
        "reports",
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("study_id", sa.Text(), nullable=True),
        sa.Column(
            "retrieved",
            sa.Enum("yes", "no", name="answer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "include",
                "exclude",
                "maybe",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"], name=op.f("fk_reports_record_id")),
        sa.ForeignKeyConstraint(["study_id"], ["studies.study_id"], name=op.f("fk_reports_study_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_reports")),
    )
    op.create_table(
        "study_values",
        sa.Column("study_id", sa.Text(), nullable=False),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("as_printed", sa.Text(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("extracted_by", sa.Text(), nullable=True),
        sa.Column("extracted_on", sa.Date(), nullable=True),
        sa.Column(
            "verification",
            sa.Enum(
                "confirmed",
                "corrected",
                "not_seen_again",
                "unverified",
                name="verification",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["study_id"], ["studies.study_id"], name=op.f("fk_study_values_study_id")),
        sa.ForeignKeyConstraint(["variable"], ["variables.code"], name=op.f("fk_study_values_variable")),
        sa.PrimaryKeyConstraint("study_id", "variable", name=op.f("pk_study_values")),
    )
    op.create_table(
        "double_extractions",
        sa.Column("comparison_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("agree", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["comparisons.comparison_id"], name=op.f("fk_double_extractions_comparison_id")
        ),
        sa.PrimaryKeyConstraint("comparison_id", "field", name=op.f("pk_double_extractions")),
    )
    op.create_table(
        "second_readings",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("comparison_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "confirmed",
                "corrected",
                "not_seen_again",
                "wrong_control",
                name="reading",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value_seen", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("locator", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["comparisons.comparison_id"], name=op.f("fk_second_readings_comparison_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_second_readings")),
    )
    with op.batch_alter_table("second_readings", schema=None) as batch_op:
        batch_op.create_index("ix_second_readings_comparison_id", ["comparison_id"], unique=False)

    op.create_table(
        "extraction_votes",
        sa.Column("comparison_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comparison_id", "field"],
            ["double_extractions.comparison_id", "double_extractions.field"],
            name=op.f("fk_extraction_votes_comparison_id_field"),
        ),
        sa.PrimaryKeyConstraint("comparison_id", "field", "reviewer", name=op.f("pk_extraction_votes")),
    )
