-- A database of schema 0001, as SQL text. Made by running migration 0001 alone (`alembic upgrade 0001`) on an empty
-- SQLite file, creating the triggers and the view of that time, then writing these rows: one load (change 1), one
-- correction with actor and reason (change 2), one update by raw SQL; dumped with Python's `sqlite3` `iterdump()`.
-- It is kept as it is: do not make it anew when the schema changes.
BEGIN TRANSACTION;
CREATE TABLE adjudication_lookups (
	n INTEGER NOT NULL, 
	"query" TEXT NOT NULL, 
	corpus TEXT NOT NULL, 
	purpose TEXT, 
	outcome TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_adjudication_lookups PRIMARY KEY (n)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE change_context (
	id INTEGER NOT NULL, 
	change INTEGER NOT NULL, 
	actor TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_change_context PRIMARY KEY (id), 
	CONSTRAINT ck_change_context_one_row CHECK (id = 1)
);
CREATE TABLE comparisons (
	comparison_id TEXT NOT NULL, 
	origin VARCHAR(32) NOT NULL, 
	study_id TEXT, 
	run_id TEXT, 
	arm TEXT NOT NULL, 
	technique TEXT, 
	weight_bits TEXT, 
	activation_bits TEXT, 
	architecture TEXT, 
	dataset TEXT, 
	device TEXT, 
	outcome TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	baseline_value VARCHAR(40), 
	quantized_value VARCHAR(40), 
	change_kind VARCHAR(32) NOT NULL, 
	change_value VARCHAR(40), 
	bound VARCHAR(32) NOT NULL, 
	n_test INTEGER, 
	control VARCHAR(32) NOT NULL, 
	locator TEXT, 
	source_url TEXT, 
	as_printed TEXT, 
	extracted_by TEXT, 
	notes TEXT, 
	verification VARCHAR(32) NOT NULL, 
	split TEXT, 
	granularity VARCHAR(32), 
	symmetry VARCHAR(32), 
	calibration TEXT, 
	fallback_ops TEXT, 
	execution VARCHAR(32), 
	discordant_gained INTEGER, 
	discordant_lost INTEGER, 
	baseline_sd VARCHAR(40), 
	quantized_sd VARCHAR(40), 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_comparisons PRIMARY KEY (comparison_id), 
	CONSTRAINT ck_comparisons_baseline_value_number CHECK (baseline_value IS NULL OR (baseline_value NOT GLOB '*[^-0-9.]*' AND baseline_value GLOB '*[0-9]' AND baseline_value NOT GLOB '?*-*' AND baseline_value NOT GLOB '*.*.*' AND baseline_value NOT GLOB '.*' AND baseline_value NOT GLOB '-.*')), 
	CONSTRAINT ck_comparisons_quantized_value_number CHECK (quantized_value IS NULL OR (quantized_value NOT GLOB '*[^-0-9.]*' AND quantized_value GLOB '*[0-9]' AND quantized_value NOT GLOB '?*-*' AND quantized_value NOT GLOB '*.*.*' AND quantized_value NOT GLOB '.*' AND quantized_value NOT GLOB '-.*')), 
	CONSTRAINT ck_comparisons_change_value_number CHECK (change_value IS NULL OR (change_value NOT GLOB '*[^-0-9.]*' AND change_value GLOB '*[0-9]' AND change_value NOT GLOB '?*-*' AND change_value NOT GLOB '*.*.*' AND change_value NOT GLOB '.*' AND change_value NOT GLOB '-.*')), 
	CONSTRAINT ck_comparisons_baseline_sd_number CHECK (baseline_sd IS NULL OR (baseline_sd NOT GLOB '*[^-0-9.]*' AND baseline_sd GLOB '*[0-9]' AND baseline_sd NOT GLOB '?*-*' AND baseline_sd NOT GLOB '*.*.*' AND baseline_sd NOT GLOB '.*' AND baseline_sd NOT GLOB '-.*')), 
	CONSTRAINT ck_comparisons_quantized_sd_number CHECK (quantized_sd IS NULL OR (quantized_sd NOT GLOB '*[^-0-9.]*' AND quantized_sd GLOB '*[0-9]' AND quantized_sd NOT GLOB '?*-*' AND quantized_sd NOT GLOB '*.*.*' AND quantized_sd NOT GLOB '.*' AND quantized_sd NOT GLOB '-.*')), 
	CONSTRAINT ck_comparisons_change_kind_has_its_value CHECK ((change_kind = 'none') = (change_value IS NULL)), 
	CONSTRAINT ck_comparisons_origin_has_its_source CHECK ((origin = 'reported' AND study_id IS NOT NULL AND run_id IS NULL) OR (origin = 'measured' AND run_id IS NOT NULL AND study_id IS NULL)), 
	CONSTRAINT ck_comparisons_discordant_counts CHECK (discordant_gained >= 0 AND discordant_lost >= 0), 
	CONSTRAINT ck_comparisons_n_test_positive CHECK (n_test > 0), 
	CONSTRAINT fk_comparisons_outcome FOREIGN KEY(outcome) REFERENCES outcomes (code), 
	CONSTRAINT fk_comparisons_run_id FOREIGN KEY(run_id) REFERENCES runs (run_id), 
	CONSTRAINT fk_comparisons_study_id FOREIGN KEY(study_id) REFERENCES studies (study_id), 
	CONSTRAINT ck_comparisons_origin CHECK (origin IN ('reported', 'measured')), 
	CONSTRAINT ck_comparisons_change_kind CHECK (change_kind IN ('difference', 'ratio', 'percent_change', 'none')), 
	CONSTRAINT ck_comparisons_bound CHECK (bound IN ('exact', 'about', 'at_least', 'at_most', 'range')), 
	CONSTRAINT ck_comparisons_control CHECK (control IN ('clean', 'combined_compression', 'cross_device', 'cross_model', 'unclear')), 
	CONSTRAINT ck_comparisons_verification CHECK (verification IN ('confirmed', 'corrected', 'not_seen_again', 'unverified')), 
	CONSTRAINT ck_comparisons_granularity CHECK (granularity IN ('per_tensor', 'per_channel', 'blockwise', 'mixed')), 
	CONSTRAINT ck_comparisons_symmetry CHECK (symmetry IN ('symmetric', 'asymmetric')), 
	CONSTRAINT ck_comparisons_execution CHECK (execution IN ('simulated', 'interpreter', 'device'))
);
INSERT INTO "comparisons" VALUES('s1-01','reported','s1',NULL,'int8','ptq','8',NULL,NULL,NULL,NULL,'accuracy','percent','91.50','91.0','difference','-0.50','exact',NULL,'clean',NULL,NULL,NULL,NULL,NULL,'unverified',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "comparisons" VALUES('s2-01','reported','s2',NULL,'int8','ptq','8',NULL,NULL,NULL,NULL,'accuracy','percent','91.50','91.0','difference','-0.50','exact',NULL,'clean',NULL,NULL,NULL,NULL,NULL,'unverified',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2);
CREATE TABLE corrections (
	position INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	id TEXT NOT NULL, 
	field TEXT NOT NULL, 
	old TEXT, 
	new TEXT, 
	reason TEXT, 
	CONSTRAINT pk_corrections PRIMARY KEY (position), 
	CONSTRAINT ck_corrections_subject CHECK (kind IN ('record', 'study', 'comparison'))
);
CREATE TABLE double_extractions (
	comparison_id TEXT NOT NULL, 
	field TEXT NOT NULL, 
	agree TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_double_extractions PRIMARY KEY (comparison_id, field), 
	CONSTRAINT fk_double_extractions_comparison_id FOREIGN KEY(comparison_id) REFERENCES comparisons (comparison_id)
);
INSERT INTO "double_extractions" VALUES('s1-01','change','yes',1);
CREATE TABLE environments (
	environment_id TEXT NOT NULL, 
	label TEXT NOT NULL, 
	facts JSON NOT NULL, 
	CONSTRAINT pk_environments PRIMARY KEY (environment_id)
);
CREATE TABLE extraction_votes (
	comparison_id TEXT NOT NULL, 
	field TEXT NOT NULL, 
	reviewer TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_extraction_votes PRIMARY KEY (comparison_id, field, reviewer), 
	CONSTRAINT fk_extraction_votes_comparison_id_field FOREIGN KEY(comparison_id, field) REFERENCES double_extractions (comparison_id, field)
);
INSERT INTO "extraction_votes" VALUES('s1-01','change','Ada','half a point');
INSERT INTO "extraction_votes" VALUES('s1-01','change','Grace','0.5 points');
CREATE TABLE field_agreement (
	field TEXT NOT NULL, 
	studies INTEGER NOT NULL, 
	reviewer_pairs INTEGER NOT NULL, 
	identical INTEGER NOT NULL, 
	share TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_field_agreement PRIMARY KEY (field)
);
CREATE TABLE history (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	change INTEGER, 
	table_name TEXT NOT NULL, 
	row_key TEXT NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	old JSON, 
	new JSON, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	reason TEXT, 
	CONSTRAINT ck_history_action CHECK (action IN ('insert', 'update', 'delete'))
);
INSERT INTO "history" VALUES(1,1,'variables','modality','insert',NULL,'{"code":"modality","label":"Imaging modality","definition":"kind of image","type":"code","multi":"yes","vocabulary":"modality","source":null,"position":1}','2026-11-21T02:53:54.110Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(2,1,'terms','modality|mri','insert',NULL,'{"vocabulary":"modality","code":"mri","label":"MRI","definition":null,"position":1}','2026-11-21T02:53:54.110Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(3,1,'outcomes','accuracy','insert',NULL,'{"code":"accuracy","label":"Accuracy","better":"higher","measure":"difference","definition":null,"position":1}','2026-11-21T02:53:54.110Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(4,1,'searches','q1','insert',NULL,'{"query_id":"q1","reviewer":"Ada","query":"quantization \"chest; x-ray\"","corpus":"index","date":"2025-01-31","results_returned":0,"position":1}','2026-11-21T02:53:54.110Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(5,1,'records','r1','insert',NULL,'{"record_id":"r1","title":"Eight bits, one line\nand another","authors":null,"year":2021,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":1}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(6,1,'identified','A|A1','insert',NULL,'{"theme":"A","raw_record_id":"A1","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"index","record_id":"r1","route":null,"position":1}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(7,1,'screenings','r1|Ada|title_abstract','insert',NULL,'{"record_id":"r1","reviewer":"Ada","stage":"title_abstract","decision":"include","reason":null,"note":null,"position":1}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(8,1,'records','r2','insert',NULL,'{"record_id":"r2","title":"Vier Bit für das Herz","authors":null,"year":2022,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":2}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(9,1,'identified','A|A2','insert',NULL,'{"theme":"A","raw_record_id":"A2","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"index","record_id":"r2","route":null,"position":2}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(10,1,'screenings','r2|Ada|title_abstract','insert',NULL,'{"record_id":"r2","reviewer":"Ada","stage":"title_abstract","decision":"include","reason":null,"note":null,"position":2}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(11,1,'records','r3','insert',NULL,'{"record_id":"r3","title":"''; DROP TABLE records; --","authors":null,"year":null,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":3}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(12,1,'identified','A|A3','insert',NULL,'{"theme":"A","raw_record_id":"A3","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"index","record_id":"r3","route":null,"position":3}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(13,1,'screenings','r3|Ada|title_abstract','insert',NULL,'{"record_id":"r3","reviewer":"Ada","stage":"title_abstract","decision":"exclude","reason":"not_quantization","note":null,"position":3}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(14,1,'studies','s1','insert',NULL,'{"study_id":"s1","record_id":"r1","title":"Study 1","authors":null,"year":null,"venue":null,"publication_type":"journal","doi":null,"arxiv_id":null,"url":null,"text_basis":null,"extracted_by":"Ada;Grace","extraction_conflicts":null,"notes":null,"position":1}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(15,1,'study_values','s1|modality','insert',NULL,'{"study_id":"s1","variable":"modality","value":"mri","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(16,1,'comparisons','s1-01','insert',NULL,'{"comparison_id":"s1-01","origin":"reported","study_id":"s1","run_id":null,"arm":"int8","technique":"ptq","weight_bits":"8","activation_bits":null,"architecture":null,"dataset":null,"device":null,"outcome":"accuracy","unit":"percent","baseline_value":"91.50","quantized_value":"91.0","change_kind":"difference","change_value":"-0.50","bound":"exact","n_test":null,"control":"clean","locator":null,"source_url":null,"as_printed":null,"extracted_by":null,"notes":null,"verification":"unverified","split":null,"granularity":null,"symmetry":null,"calibration":null,"fallback_ops":null,"execution":null,"discordant_gained":null,"discordant_lost":null,"baseline_sd":null,"quantized_sd":null,"position":1}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(17,1,'studies','s2','insert',NULL,'{"study_id":"s2","record_id":"r2","title":"Study 2","authors":null,"year":null,"venue":null,"publication_type":"journal","doi":null,"arxiv_id":null,"url":null,"text_basis":null,"extracted_by":"Ada;Grace","extraction_conflicts":null,"notes":null,"position":2}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(18,1,'study_values','s2|modality','insert',NULL,'{"study_id":"s2","variable":"modality","value":"mri","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(19,1,'comparisons','s2-01','insert',NULL,'{"comparison_id":"s2-01","origin":"reported","study_id":"s2","run_id":null,"arm":"int8","technique":"ptq","weight_bits":"8","activation_bits":null,"architecture":null,"dataset":null,"device":null,"outcome":"accuracy","unit":"percent","baseline_value":"91.50","quantized_value":"91.0","change_kind":"difference","change_value":"-0.50","bound":"exact","n_test":null,"control":"clean","locator":null,"source_url":null,"as_printed":null,"extracted_by":null,"notes":null,"verification":"unverified","split":null,"granularity":null,"symmetry":null,"calibration":null,"fallback_ops":null,"execution":null,"discordant_gained":null,"discordant_lost":null,"baseline_sd":null,"quantized_sd":null,"position":2}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(20,1,'double_extractions','s1-01|change','insert',NULL,'{"comparison_id":"s1-01","field":"change","agree":"yes","position":1}','2026-11-21T02:53:54.111Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(21,1,'extraction_votes','s1-01|change|Ada','insert',NULL,'{"comparison_id":"s1-01","field":"change","reviewer":"Ada","value":"half a point"}','2026-11-21T02:53:54.112Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(22,1,'extraction_votes','s1-01|change|Grace','insert',NULL,'{"comparison_id":"s1-01","field":"change","reviewer":"Grace","value":"0.5 points"}','2026-11-21T02:53:54.112Z','loader','medquant db load: 2025.1');
INSERT INTO "history" VALUES(23,2,'studies','s1','update','{"study_id":"s1","record_id":"r1","title":"Study 1","authors":null,"year":null,"venue":null,"publication_type":"journal","doi":null,"arxiv_id":null,"url":null,"text_basis":null,"extracted_by":"Ada;Grace","extraction_conflicts":null,"notes":null,"position":1}','{"study_id":"s1","record_id":"r1","title":"Study 1, corrected","authors":null,"year":null,"venue":null,"publication_type":"journal","doi":null,"arxiv_id":null,"url":null,"text_basis":null,"extracted_by":"Ada;Grace","extraction_conflicts":null,"notes":null,"position":1}','2026-11-21T02:53:54.112Z','grace','the title was misread');
INSERT INTO "history" VALUES(24,NULL,'records','r1','update','{"record_id":"r1","title":"Eight bits, one line\nand another","authors":null,"year":2021,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":1}','{"record_id":"r1","title":"Eight bits, one line\nand another","authors":null,"year":2019,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":1}','2026-11-21T02:53:54.113Z','unknown',NULL);
CREATE TABLE identified (
	theme TEXT NOT NULL, 
	raw_record_id TEXT NOT NULL, 
	title TEXT, 
	year INTEGER, 
	url TEXT, 
	doi TEXT, 
	arxiv_id TEXT, 
	"query" TEXT, 
	source TEXT NOT NULL, 
	record_id TEXT NOT NULL, 
	route VARCHAR(32), 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_identified PRIMARY KEY (theme, raw_record_id), 
	CONSTRAINT fk_identified_record_id FOREIGN KEY(record_id) REFERENCES records (record_id), 
	CONSTRAINT ck_identified_route CHECK (route IN ('database', 'register', 'website', 'organisation', 'citation'))
);
INSERT INTO "identified" VALUES('A','A1',NULL,NULL,NULL,NULL,NULL,NULL,'index','r1',NULL,1);
INSERT INTO "identified" VALUES('A','A2',NULL,NULL,NULL,NULL,NULL,NULL,'index','r2',NULL,2);
INSERT INTO "identified" VALUES('A','A3',NULL,NULL,NULL,NULL,NULL,NULL,'index','r3',NULL,3);
CREATE TABLE measurements (
	run_id TEXT NOT NULL, 
	arm TEXT NOT NULL, 
	metric TEXT NOT NULL, 
	split TEXT NOT NULL, 
	value FLOAT, 
	unit TEXT, 
	n INTEGER, 
	ci_low FLOAT, 
	ci_high FLOAT, 
	note TEXT, 
	CONSTRAINT pk_measurements PRIMARY KEY (run_id, arm, metric, split), 
	CONSTRAINT fk_measurements_run_id FOREIGN KEY(run_id) REFERENCES runs (run_id)
);
CREATE TABLE outcomes (
	code TEXT NOT NULL, 
	label TEXT NOT NULL, 
	better VARCHAR(32) NOT NULL, 
	measure VARCHAR(32) NOT NULL, 
	definition TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_outcomes PRIMARY KEY (code), 
	CONSTRAINT ck_outcomes_direction CHECK (better IN ('higher', 'lower', 'neither')), 
	CONSTRAINT ck_outcomes_measure CHECK (measure IN ('difference', 'log_ratio', 'none'))
);
INSERT INTO "outcomes" VALUES('accuracy','Accuracy','higher','difference',NULL,1);
CREATE TABLE records (
	record_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	authors TEXT, 
	year INTEGER, 
	doi TEXT, 
	arxiv_id TEXT, 
	url TEXT, 
	other_urls TEXT, 
	first_found_by_query TEXT, 
	found_in_source TEXT, 
	dedup_note TEXT, 
	removed VARCHAR(32), 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_records PRIMARY KEY (record_id), 
	CONSTRAINT ck_records_year CHECK (year BETWEEN 1900 AND 2100), 
	CONSTRAINT ck_records_removal CHECK (removed IN ('automation', 'other'))
);
INSERT INTO "records" VALUES('r1','Eight bits, one line
and another',NULL,2019,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "records" VALUES('r2','Vier Bit für das Herz',NULL,2022,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "records" VALUES('r3','''; DROP TABLE records; --',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,3);
CREATE TABLE release_files (
	release_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	header TEXT NOT NULL, 
	CONSTRAINT pk_release_files PRIMARY KEY (release_id, name), 
	CONSTRAINT fk_release_files_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
INSERT INTO "release_files" VALUES(1,'records.csv','0000000000000000000000000000000000000000000000000000000000000000','record_id,title,authors,year,doi,arxiv_id,url,other_urls,first_found_by_query,found_in_source,dedup_note');
CREATE TABLE releases (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	loaded_at DATETIME NOT NULL, 
	history_id INTEGER NOT NULL, 
	title TEXT, 
	licence TEXT, 
	citation TEXT, 
	description TEXT, 
	CONSTRAINT pk_releases PRIMARY KEY (id)
);
INSERT INTO "releases" VALUES(1,'2025.1','0000000000000000000000000000000000000000000000000000000000000000','2025-02-01 10:00:00.000000',22,'An old corpus','CC BY 4.0',NULL,NULL);
CREATE TABLE reports (
	report_id TEXT NOT NULL, 
	record_id TEXT, 
	study_id TEXT, 
	retrieved VARCHAR(32) NOT NULL, 
	decision VARCHAR(32), 
	reason TEXT, 
	url TEXT, 
	note TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_reports PRIMARY KEY (report_id), 
	CONSTRAINT fk_reports_record_id FOREIGN KEY(record_id) REFERENCES records (record_id), 
	CONSTRAINT fk_reports_study_id FOREIGN KEY(study_id) REFERENCES studies (study_id), 
	CONSTRAINT ck_reports_answer CHECK (retrieved IN ('yes', 'no')), 
	CONSTRAINT ck_reports_decision CHECK (decision IN ('include', 'exclude', 'maybe'))
);
CREATE TABLE review_facts (
	fact TEXT NOT NULL, 
	value TEXT NOT NULL, 
	source TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_review_facts PRIMARY KEY (fact)
);
CREATE TABLE runs (
	run_id TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	seed INTEGER, 
	environment_id TEXT, 
	fingerprint JSON, 
	started_at DATETIME, 
	finished_at DATETIME, 
	error TEXT, 
	CONSTRAINT pk_runs PRIMARY KEY (run_id), 
	CONSTRAINT ck_runs_done_has_an_end CHECK (state <> 'done' OR finished_at IS NOT NULL), 
	CONSTRAINT ck_runs_failed_says_why CHECK (state <> 'failed' OR error IS NOT NULL), 
	CONSTRAINT fk_runs_environment_id FOREIGN KEY(environment_id) REFERENCES environments (environment_id), 
	CONSTRAINT ck_runs_run_state CHECK (state IN ('planned', 'leased', 'done', 'failed'))
);
CREATE TABLE screenings (
	record_id TEXT NOT NULL, 
	reviewer TEXT NOT NULL, 
	stage VARCHAR(32) NOT NULL, 
	decision VARCHAR(32) NOT NULL, 
	reason TEXT, 
	note TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_screenings PRIMARY KEY (record_id, reviewer, stage), 
	CONSTRAINT fk_screenings_record_id FOREIGN KEY(record_id) REFERENCES records (record_id), 
	CONSTRAINT ck_screenings_stage CHECK (stage IN ('title_abstract', 'full_text')), 
	CONSTRAINT ck_screenings_decision CHECK (decision IN ('include', 'exclude', 'maybe'))
);
INSERT INTO "screenings" VALUES('r1','Ada','title_abstract','include',NULL,NULL,1);
INSERT INTO "screenings" VALUES('r2','Ada','title_abstract','include',NULL,NULL,2);
INSERT INTO "screenings" VALUES('r3','Ada','title_abstract','exclude','not_quantization',NULL,3);
CREATE TABLE search_purposes (
	query_id TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_search_purposes PRIMARY KEY (query_id), 
	CONSTRAINT fk_search_purposes_query_id FOREIGN KEY(query_id) REFERENCES searches (query_id)
);
CREATE TABLE searches (
	query_id TEXT NOT NULL, 
	reviewer TEXT NOT NULL, 
	"query" TEXT NOT NULL, 
	corpus TEXT NOT NULL, 
	date DATE NOT NULL, 
	results_returned INTEGER, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_searches PRIMARY KEY (query_id)
);
INSERT INTO "searches" VALUES('q1','Ada','quantization "chest; x-ray"','index','2025-01-31',0,1);
CREATE TABLE second_readings (
	position INTEGER NOT NULL, 
	comparison_id TEXT NOT NULL, 
	outcome TEXT, 
	verdict VARCHAR(32) NOT NULL, 
	value_seen TEXT, 
	source_url TEXT, 
	locator TEXT, 
	note TEXT, 
	CONSTRAINT pk_second_readings PRIMARY KEY (position), 
	CONSTRAINT fk_second_readings_comparison_id FOREIGN KEY(comparison_id) REFERENCES comparisons (comparison_id), 
	CONSTRAINT ck_second_readings_reading CHECK (verdict IN ('confirmed', 'corrected', 'not_seen_again', 'wrong_control'))
);
CREATE TABLE stated_record_agreement (
	pair TEXT NOT NULL, 
	records_judged_by_both INTEGER NOT NULL, 
	both_include INTEGER NOT NULL, 
	both_exclude INTEGER NOT NULL, 
	disagree INTEGER NOT NULL, 
	raw_agreement TEXT, 
	cohen_kappa TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_stated_record_agreement PRIMARY KEY (pair)
);
CREATE TABLE studies (
	study_id TEXT NOT NULL, 
	record_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	authors TEXT, 
	year INTEGER, 
	venue TEXT, 
	publication_type TEXT NOT NULL, 
	doi TEXT, 
	arxiv_id TEXT, 
	url TEXT, 
	text_basis TEXT, 
	extracted_by TEXT, 
	extraction_conflicts TEXT, 
	notes TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_studies PRIMARY KEY (study_id), 
	CONSTRAINT ck_studies_year CHECK (year BETWEEN 1900 AND 2100), 
	CONSTRAINT fk_studies_record_id FOREIGN KEY(record_id) REFERENCES records (record_id)
);
INSERT INTO "studies" VALUES('s1','r1','Study 1, corrected',NULL,NULL,NULL,'journal',NULL,NULL,NULL,NULL,'Ada;Grace',NULL,NULL,1);
INSERT INTO "studies" VALUES('s2','r2','Study 2',NULL,NULL,NULL,'journal',NULL,NULL,NULL,NULL,'Ada;Grace',NULL,NULL,2);
CREATE TABLE study_values (
	study_id TEXT NOT NULL, 
	variable TEXT NOT NULL, 
	value TEXT NOT NULL, 
	as_printed TEXT, 
	locator TEXT, 
	source_url TEXT, 
	extracted_by TEXT, 
	extracted_on DATE, 
	verification VARCHAR(32), 
	CONSTRAINT pk_study_values PRIMARY KEY (study_id, variable), 
	CONSTRAINT fk_study_values_study_id FOREIGN KEY(study_id) REFERENCES studies (study_id), 
	CONSTRAINT fk_study_values_variable FOREIGN KEY(variable) REFERENCES variables (code), 
	CONSTRAINT ck_study_values_verification CHECK (verification IN ('confirmed', 'corrected', 'not_seen_again', 'unverified'))
);
INSERT INTO "study_values" VALUES('s1','modality','mri',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "study_values" VALUES('s2','modality','mri',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE terms (
	vocabulary TEXT NOT NULL, 
	code TEXT NOT NULL, 
	label TEXT NOT NULL, 
	definition TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_terms PRIMARY KEY (vocabulary, code)
);
INSERT INTO "terms" VALUES('modality','mri','MRI',NULL,1);
CREATE TABLE variables (
	code TEXT NOT NULL, 
	label TEXT NOT NULL, 
	definition TEXT NOT NULL, 
	type VARCHAR(32) NOT NULL, 
	multi VARCHAR(32) NOT NULL, 
	vocabulary TEXT, 
	source TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_variables PRIMARY KEY (code), 
	CONSTRAINT ck_variables_value_type CHECK (type IN ('text', 'code', 'integer', 'year', 'number', 'bits', 'doi', 'url')), 
	CONSTRAINT ck_variables_answer CHECK (multi IN ('yes', 'no'))
);
INSERT INTO "variables" VALUES('modality','Imaging modality','kind of image','code','yes','modality',NULL,1);
CREATE INDEX ix_history_change ON history (change);
CREATE INDEX ix_history_table_name_row_key ON history (table_name, row_key);
CREATE INDEX ix_identified_record_id ON identified (record_id);
CREATE INDEX ix_runs_case_id ON runs (case_id);
CREATE INDEX ix_studies_record_id ON studies (record_id);
CREATE INDEX ix_comparisons_outcome_control ON comparisons (outcome, control);
CREATE INDEX ix_comparisons_run_id ON comparisons (run_id);
CREATE INDEX ix_comparisons_study_id ON comparisons (study_id);
CREATE INDEX ix_second_readings_comparison_id ON second_readings (comparison_id);
CREATE VIEW comparison_numbers AS
SELECT comparison_id, origin, study_id, run_id, outcome, unit, control,
       CAST(baseline_value AS DOUBLE PRECISION) AS baseline_value,
       CAST(quantized_value AS DOUBLE PRECISION) AS quantized_value,
       change_kind,
       CAST(change_value AS DOUBLE PRECISION) AS change_value,
       n_test
FROM comparisons;
CREATE TRIGGER history_adjudication_lookups_insert AFTER INSERT ON "adjudication_lookups" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', NEW."n", 'insert', NULL, json_object('n', NEW."n", 'query', NEW."query", 'corpus', NEW."corpus", 'purpose', NEW."purpose", 'outcome', NEW."outcome", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_adjudication_lookups_update AFTER UPDATE ON "adjudication_lookups" WHEN OLD."n" IS NOT NEW."n" OR OLD."query" IS NOT NEW."query" OR OLD."corpus" IS NOT NEW."corpus" OR OLD."purpose" IS NOT NEW."purpose" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', NEW."n", 'update', json_object('n', OLD."n", 'query', OLD."query", 'corpus', OLD."corpus", 'purpose', OLD."purpose", 'outcome', OLD."outcome", 'position', OLD."position"), json_object('n', NEW."n", 'query', NEW."query", 'corpus', NEW."corpus", 'purpose', NEW."purpose", 'outcome', NEW."outcome", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_adjudication_lookups_delete AFTER DELETE ON "adjudication_lookups" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', OLD."n", 'delete', json_object('n', OLD."n", 'query', OLD."query", 'corpus', OLD."corpus", 'purpose', OLD."purpose", 'outcome', OLD."outcome", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_insert AFTER INSERT ON "comparisons" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', NEW."comparison_id", 'insert', NULL, json_object('comparison_id', NEW."comparison_id", 'origin', NEW."origin", 'study_id', NEW."study_id", 'run_id', NEW."run_id", 'arm', NEW."arm", 'technique', NEW."technique", 'weight_bits', NEW."weight_bits", 'activation_bits', NEW."activation_bits", 'architecture', NEW."architecture", 'dataset', NEW."dataset", 'device', NEW."device", 'outcome', NEW."outcome", 'unit', NEW."unit", 'baseline_value', NEW."baseline_value", 'quantized_value', NEW."quantized_value", 'change_kind', NEW."change_kind", 'change_value', NEW."change_value", 'bound', NEW."bound", 'n_test', NEW."n_test", 'control', NEW."control", 'locator', NEW."locator", 'source_url', NEW."source_url", 'as_printed', NEW."as_printed", 'extracted_by', NEW."extracted_by", 'notes', NEW."notes", 'verification', NEW."verification", 'split', NEW."split", 'granularity', NEW."granularity", 'symmetry', NEW."symmetry", 'calibration', NEW."calibration", 'fallback_ops', NEW."fallback_ops", 'execution', NEW."execution", 'discordant_gained', NEW."discordant_gained", 'discordant_lost', NEW."discordant_lost", 'baseline_sd', NEW."baseline_sd", 'quantized_sd', NEW."quantized_sd", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_update AFTER UPDATE ON "comparisons" WHEN OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."origin" IS NOT NEW."origin" OR OLD."study_id" IS NOT NEW."study_id" OR OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."technique" IS NOT NEW."technique" OR OLD."weight_bits" IS NOT NEW."weight_bits" OR OLD."activation_bits" IS NOT NEW."activation_bits" OR OLD."architecture" IS NOT NEW."architecture" OR OLD."dataset" IS NOT NEW."dataset" OR OLD."device" IS NOT NEW."device" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."unit" IS NOT NEW."unit" OR OLD."baseline_value" IS NOT NEW."baseline_value" OR OLD."quantized_value" IS NOT NEW."quantized_value" OR OLD."change_kind" IS NOT NEW."change_kind" OR OLD."change_value" IS NOT NEW."change_value" OR OLD."bound" IS NOT NEW."bound" OR OLD."n_test" IS NOT NEW."n_test" OR OLD."control" IS NOT NEW."control" OR OLD."locator" IS NOT NEW."locator" OR OLD."source_url" IS NOT NEW."source_url" OR OLD."as_printed" IS NOT NEW."as_printed" OR OLD."extracted_by" IS NOT NEW."extracted_by" OR OLD."notes" IS NOT NEW."notes" OR OLD."verification" IS NOT NEW."verification" OR OLD."split" IS NOT NEW."split" OR OLD."granularity" IS NOT NEW."granularity" OR OLD."symmetry" IS NOT NEW."symmetry" OR OLD."calibration" IS NOT NEW."calibration" OR OLD."fallback_ops" IS NOT NEW."fallback_ops" OR OLD."execution" IS NOT NEW."execution" OR OLD."discordant_gained" IS NOT NEW."discordant_gained" OR OLD."discordant_lost" IS NOT NEW."discordant_lost" OR OLD."baseline_sd" IS NOT NEW."baseline_sd" OR OLD."quantized_sd" IS NOT NEW."quantized_sd" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', NEW."comparison_id", 'update', json_object('comparison_id', OLD."comparison_id", 'origin', OLD."origin", 'study_id', OLD."study_id", 'run_id', OLD."run_id", 'arm', OLD."arm", 'technique', OLD."technique", 'weight_bits', OLD."weight_bits", 'activation_bits', OLD."activation_bits", 'architecture', OLD."architecture", 'dataset', OLD."dataset", 'device', OLD."device", 'outcome', OLD."outcome", 'unit', OLD."unit", 'baseline_value', OLD."baseline_value", 'quantized_value', OLD."quantized_value", 'change_kind', OLD."change_kind", 'change_value', OLD."change_value", 'bound', OLD."bound", 'n_test', OLD."n_test", 'control', OLD."control", 'locator', OLD."locator", 'source_url', OLD."source_url", 'as_printed', OLD."as_printed", 'extracted_by', OLD."extracted_by", 'notes', OLD."notes", 'verification', OLD."verification", 'split', OLD."split", 'granularity', OLD."granularity", 'symmetry', OLD."symmetry", 'calibration', OLD."calibration", 'fallback_ops', OLD."fallback_ops", 'execution', OLD."execution", 'discordant_gained', OLD."discordant_gained", 'discordant_lost', OLD."discordant_lost", 'baseline_sd', OLD."baseline_sd", 'quantized_sd', OLD."quantized_sd", 'position', OLD."position"), json_object('comparison_id', NEW."comparison_id", 'origin', NEW."origin", 'study_id', NEW."study_id", 'run_id', NEW."run_id", 'arm', NEW."arm", 'technique', NEW."technique", 'weight_bits', NEW."weight_bits", 'activation_bits', NEW."activation_bits", 'architecture', NEW."architecture", 'dataset', NEW."dataset", 'device', NEW."device", 'outcome', NEW."outcome", 'unit', NEW."unit", 'baseline_value', NEW."baseline_value", 'quantized_value', NEW."quantized_value", 'change_kind', NEW."change_kind", 'change_value', NEW."change_value", 'bound', NEW."bound", 'n_test', NEW."n_test", 'control', NEW."control", 'locator', NEW."locator", 'source_url', NEW."source_url", 'as_printed', NEW."as_printed", 'extracted_by', NEW."extracted_by", 'notes', NEW."notes", 'verification', NEW."verification", 'split', NEW."split", 'granularity', NEW."granularity", 'symmetry', NEW."symmetry", 'calibration', NEW."calibration", 'fallback_ops', NEW."fallback_ops", 'execution', NEW."execution", 'discordant_gained', NEW."discordant_gained", 'discordant_lost', NEW."discordant_lost", 'baseline_sd', NEW."baseline_sd", 'quantized_sd', NEW."quantized_sd", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_delete AFTER DELETE ON "comparisons" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', OLD."comparison_id", 'delete', json_object('comparison_id', OLD."comparison_id", 'origin', OLD."origin", 'study_id', OLD."study_id", 'run_id', OLD."run_id", 'arm', OLD."arm", 'technique', OLD."technique", 'weight_bits', OLD."weight_bits", 'activation_bits', OLD."activation_bits", 'architecture', OLD."architecture", 'dataset', OLD."dataset", 'device', OLD."device", 'outcome', OLD."outcome", 'unit', OLD."unit", 'baseline_value', OLD."baseline_value", 'quantized_value', OLD."quantized_value", 'change_kind', OLD."change_kind", 'change_value', OLD."change_value", 'bound', OLD."bound", 'n_test', OLD."n_test", 'control', OLD."control", 'locator', OLD."locator", 'source_url', OLD."source_url", 'as_printed', OLD."as_printed", 'extracted_by', OLD."extracted_by", 'notes', OLD."notes", 'verification', OLD."verification", 'split', OLD."split", 'granularity', OLD."granularity", 'symmetry', OLD."symmetry", 'calibration', OLD."calibration", 'fallback_ops', OLD."fallback_ops", 'execution', OLD."execution", 'discordant_gained', OLD."discordant_gained", 'discordant_lost', OLD."discordant_lost", 'baseline_sd', OLD."baseline_sd", 'quantized_sd', OLD."quantized_sd", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_corrections_insert AFTER INSERT ON "corrections" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', NEW."position", 'insert', NULL, json_object('position', NEW."position", 'kind', NEW."kind", 'id', NEW."id", 'field', NEW."field", 'old', NEW."old", 'new', NEW."new", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_corrections_update AFTER UPDATE ON "corrections" WHEN OLD."position" IS NOT NEW."position" OR OLD."kind" IS NOT NEW."kind" OR OLD."id" IS NOT NEW."id" OR OLD."field" IS NOT NEW."field" OR OLD."old" IS NOT NEW."old" OR OLD."new" IS NOT NEW."new" OR OLD."reason" IS NOT NEW."reason"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', NEW."position", 'update', json_object('position', OLD."position", 'kind', OLD."kind", 'id', OLD."id", 'field', OLD."field", 'old', OLD."old", 'new', OLD."new", 'reason', OLD."reason"), json_object('position', NEW."position", 'kind', NEW."kind", 'id', NEW."id", 'field', NEW."field", 'old', NEW."old", 'new', NEW."new", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_corrections_delete AFTER DELETE ON "corrections" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', OLD."position", 'delete', json_object('position', OLD."position", 'kind', OLD."kind", 'id', OLD."id", 'field', OLD."field", 'old', OLD."old", 'new', OLD."new", 'reason', OLD."reason"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_double_extractions_insert AFTER INSERT ON "double_extractions" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'double_extractions', NEW."comparison_id" || '|' || NEW."field", 'insert', NULL, json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'agree', NEW."agree", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_double_extractions_update AFTER UPDATE ON "double_extractions" WHEN OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field" OR OLD."agree" IS NOT NEW."agree" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'double_extractions', NEW."comparison_id" || '|' || NEW."field", 'update', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'agree', OLD."agree", 'position', OLD."position"), json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'agree', NEW."agree", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_double_extractions_delete AFTER DELETE ON "double_extractions" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'double_extractions', OLD."comparison_id" || '|' || OLD."field", 'delete', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'agree', OLD."agree", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_environments_insert AFTER INSERT ON "environments" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'environments', NEW."environment_id", 'insert', NULL, json_object('environment_id', NEW."environment_id", 'label', NEW."label", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_environments_update AFTER UPDATE ON "environments" WHEN OLD."environment_id" IS NOT NEW."environment_id" OR OLD."label" IS NOT NEW."label" OR OLD."facts" IS NOT NEW."facts"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'environments', NEW."environment_id", 'update', json_object('environment_id', OLD."environment_id", 'label', OLD."label", 'facts', OLD."facts"), json_object('environment_id', NEW."environment_id", 'label', NEW."label", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_environments_delete AFTER DELETE ON "environments" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'environments', OLD."environment_id", 'delete', json_object('environment_id', OLD."environment_id", 'label', OLD."label", 'facts', OLD."facts"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_extraction_votes_insert AFTER INSERT ON "extraction_votes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'extraction_votes', NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer", 'insert', NULL, json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'reviewer', NEW."reviewer", 'value', NEW."value"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_extraction_votes_update AFTER UPDATE ON "extraction_votes" WHEN OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."value" IS NOT NEW."value"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'extraction_votes', NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer", 'update', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'reviewer', OLD."reviewer", 'value', OLD."value"), json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'reviewer', NEW."reviewer", 'value', NEW."value"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_extraction_votes_delete AFTER DELETE ON "extraction_votes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'extraction_votes', OLD."comparison_id" || '|' || OLD."field" || '|' || OLD."reviewer", 'delete', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'reviewer', OLD."reviewer", 'value', OLD."value"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_field_agreement_insert AFTER INSERT ON "field_agreement" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'field_agreement', NEW."field", 'insert', NULL, json_object('field', NEW."field", 'studies', NEW."studies", 'reviewer_pairs', NEW."reviewer_pairs", 'identical', NEW."identical", 'share', NEW."share", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_field_agreement_update AFTER UPDATE ON "field_agreement" WHEN OLD."field" IS NOT NEW."field" OR OLD."studies" IS NOT NEW."studies" OR OLD."reviewer_pairs" IS NOT NEW."reviewer_pairs" OR OLD."identical" IS NOT NEW."identical" OR OLD."share" IS NOT NEW."share" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'field_agreement', NEW."field", 'update', json_object('field', OLD."field", 'studies', OLD."studies", 'reviewer_pairs', OLD."reviewer_pairs", 'identical', OLD."identical", 'share', OLD."share", 'position', OLD."position"), json_object('field', NEW."field", 'studies', NEW."studies", 'reviewer_pairs', NEW."reviewer_pairs", 'identical', NEW."identical", 'share', NEW."share", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_field_agreement_delete AFTER DELETE ON "field_agreement" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'field_agreement', OLD."field", 'delete', json_object('field', OLD."field", 'studies', OLD."studies", 'reviewer_pairs', OLD."reviewer_pairs", 'identical', OLD."identical", 'share', OLD."share", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_identified_insert AFTER INSERT ON "identified" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'identified', NEW."theme" || '|' || NEW."raw_record_id", 'insert', NULL, json_object('theme', NEW."theme", 'raw_record_id', NEW."raw_record_id", 'title', NEW."title", 'year', NEW."year", 'url', NEW."url", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'query', NEW."query", 'source', NEW."source", 'record_id', NEW."record_id", 'route', NEW."route", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_identified_update AFTER UPDATE ON "identified" WHEN OLD."theme" IS NOT NEW."theme" OR OLD."raw_record_id" IS NOT NEW."raw_record_id" OR OLD."title" IS NOT NEW."title" OR OLD."year" IS NOT NEW."year" OR OLD."url" IS NOT NEW."url" OR OLD."doi" IS NOT NEW."doi" OR OLD."arxiv_id" IS NOT NEW."arxiv_id" OR OLD."query" IS NOT NEW."query" OR OLD."source" IS NOT NEW."source" OR OLD."record_id" IS NOT NEW."record_id" OR OLD."route" IS NOT NEW."route" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'identified', NEW."theme" || '|' || NEW."raw_record_id", 'update', json_object('theme', OLD."theme", 'raw_record_id', OLD."raw_record_id", 'title', OLD."title", 'year', OLD."year", 'url', OLD."url", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'query', OLD."query", 'source', OLD."source", 'record_id', OLD."record_id", 'route', OLD."route", 'position', OLD."position"), json_object('theme', NEW."theme", 'raw_record_id', NEW."raw_record_id", 'title', NEW."title", 'year', NEW."year", 'url', NEW."url", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'query', NEW."query", 'source', NEW."source", 'record_id', NEW."record_id", 'route', NEW."route", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_identified_delete AFTER DELETE ON "identified" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'identified', OLD."theme" || '|' || OLD."raw_record_id", 'delete', json_object('theme', OLD."theme", 'raw_record_id', OLD."raw_record_id", 'title', OLD."title", 'year', OLD."year", 'url', OLD."url", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'query', OLD."query", 'source', OLD."source", 'record_id', OLD."record_id", 'route', OLD."route", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_insert AFTER INSERT ON "measurements" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split", 'insert', NULL, json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'metric', NEW."metric", 'split', NEW."split", 'value', NEW."value", 'unit', NEW."unit", 'n', NEW."n", 'ci_low', NEW."ci_low", 'ci_high', NEW."ci_high", 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_update AFTER UPDATE ON "measurements" WHEN OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."metric" IS NOT NEW."metric" OR OLD."split" IS NOT NEW."split" OR OLD."value" IS NOT NEW."value" OR OLD."unit" IS NOT NEW."unit" OR OLD."n" IS NOT NEW."n" OR OLD."ci_low" IS NOT NEW."ci_low" OR OLD."ci_high" IS NOT NEW."ci_high" OR OLD."note" IS NOT NEW."note"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split", 'update', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'metric', OLD."metric", 'split', OLD."split", 'value', OLD."value", 'unit', OLD."unit", 'n', OLD."n", 'ci_low', OLD."ci_low", 'ci_high', OLD."ci_high", 'note', OLD."note"), json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'metric', NEW."metric", 'split', NEW."split", 'value', NEW."value", 'unit', NEW."unit", 'n', NEW."n", 'ci_low', NEW."ci_low", 'ci_high', NEW."ci_high", 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_delete AFTER DELETE ON "measurements" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', OLD."run_id" || '|' || OLD."arm" || '|' || OLD."metric" || '|' || OLD."split", 'delete', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'metric', OLD."metric", 'split', OLD."split", 'value', OLD."value", 'unit', OLD."unit", 'n', OLD."n", 'ci_low', OLD."ci_low", 'ci_high', OLD."ci_high", 'note', OLD."note"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_outcomes_insert AFTER INSERT ON "outcomes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', NEW."code", 'insert', NULL, json_object('code', NEW."code", 'label', NEW."label", 'better', NEW."better", 'measure', NEW."measure", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_outcomes_update AFTER UPDATE ON "outcomes" WHEN OLD."code" IS NOT NEW."code" OR OLD."label" IS NOT NEW."label" OR OLD."better" IS NOT NEW."better" OR OLD."measure" IS NOT NEW."measure" OR OLD."definition" IS NOT NEW."definition" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', NEW."code", 'update', json_object('code', OLD."code", 'label', OLD."label", 'better', OLD."better", 'measure', OLD."measure", 'definition', OLD."definition", 'position', OLD."position"), json_object('code', NEW."code", 'label', NEW."label", 'better', NEW."better", 'measure', NEW."measure", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_outcomes_delete AFTER DELETE ON "outcomes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', OLD."code", 'delete', json_object('code', OLD."code", 'label', OLD."label", 'better', OLD."better", 'measure', OLD."measure", 'definition', OLD."definition", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_records_insert AFTER INSERT ON "records" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', NEW."record_id", 'insert', NULL, json_object('record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'other_urls', NEW."other_urls", 'first_found_by_query', NEW."first_found_by_query", 'found_in_source', NEW."found_in_source", 'dedup_note', NEW."dedup_note", 'removed', NEW."removed", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_records_update AFTER UPDATE ON "records" WHEN OLD."record_id" IS NOT NEW."record_id" OR OLD."title" IS NOT NEW."title" OR OLD."authors" IS NOT NEW."authors" OR OLD."year" IS NOT NEW."year" OR OLD."doi" IS NOT NEW."doi" OR OLD."arxiv_id" IS NOT NEW."arxiv_id" OR OLD."url" IS NOT NEW."url" OR OLD."other_urls" IS NOT NEW."other_urls" OR OLD."first_found_by_query" IS NOT NEW."first_found_by_query" OR OLD."found_in_source" IS NOT NEW."found_in_source" OR OLD."dedup_note" IS NOT NEW."dedup_note" OR OLD."removed" IS NOT NEW."removed" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', NEW."record_id", 'update', json_object('record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'other_urls', OLD."other_urls", 'first_found_by_query', OLD."first_found_by_query", 'found_in_source', OLD."found_in_source", 'dedup_note', OLD."dedup_note", 'removed', OLD."removed", 'position', OLD."position"), json_object('record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'other_urls', NEW."other_urls", 'first_found_by_query', NEW."first_found_by_query", 'found_in_source', NEW."found_in_source", 'dedup_note', NEW."dedup_note", 'removed', NEW."removed", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_records_delete AFTER DELETE ON "records" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', OLD."record_id", 'delete', json_object('record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'other_urls', OLD."other_urls", 'first_found_by_query', OLD."first_found_by_query", 'found_in_source', OLD."found_in_source", 'dedup_note', OLD."dedup_note", 'removed', OLD."removed", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_reports_insert AFTER INSERT ON "reports" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'reports', NEW."report_id", 'insert', NULL, json_object('report_id', NEW."report_id", 'record_id', NEW."record_id", 'study_id', NEW."study_id", 'retrieved', NEW."retrieved", 'decision', NEW."decision", 'reason', NEW."reason", 'url', NEW."url", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_reports_update AFTER UPDATE ON "reports" WHEN OLD."report_id" IS NOT NEW."report_id" OR OLD."record_id" IS NOT NEW."record_id" OR OLD."study_id" IS NOT NEW."study_id" OR OLD."retrieved" IS NOT NEW."retrieved" OR OLD."decision" IS NOT NEW."decision" OR OLD."reason" IS NOT NEW."reason" OR OLD."url" IS NOT NEW."url" OR OLD."note" IS NOT NEW."note" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'reports', NEW."report_id", 'update', json_object('report_id', OLD."report_id", 'record_id', OLD."record_id", 'study_id', OLD."study_id", 'retrieved', OLD."retrieved", 'decision', OLD."decision", 'reason', OLD."reason", 'url', OLD."url", 'note', OLD."note", 'position', OLD."position"), json_object('report_id', NEW."report_id", 'record_id', NEW."record_id", 'study_id', NEW."study_id", 'retrieved', NEW."retrieved", 'decision', NEW."decision", 'reason', NEW."reason", 'url', NEW."url", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_reports_delete AFTER DELETE ON "reports" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'reports', OLD."report_id", 'delete', json_object('report_id', OLD."report_id", 'record_id', OLD."record_id", 'study_id', OLD."study_id", 'retrieved', OLD."retrieved", 'decision', OLD."decision", 'reason', OLD."reason", 'url', OLD."url", 'note', OLD."note", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_review_facts_insert AFTER INSERT ON "review_facts" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'review_facts', NEW."fact", 'insert', NULL, json_object('fact', NEW."fact", 'value', NEW."value", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_review_facts_update AFTER UPDATE ON "review_facts" WHEN OLD."fact" IS NOT NEW."fact" OR OLD."value" IS NOT NEW."value" OR OLD."source" IS NOT NEW."source" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'review_facts', NEW."fact", 'update', json_object('fact', OLD."fact", 'value', OLD."value", 'source', OLD."source", 'position', OLD."position"), json_object('fact', NEW."fact", 'value', NEW."value", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_review_facts_delete AFTER DELETE ON "review_facts" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'review_facts', OLD."fact", 'delete', json_object('fact', OLD."fact", 'value', OLD."value", 'source', OLD."source", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_runs_insert AFTER INSERT ON "runs" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', NEW."run_id", 'insert', NULL, json_object('run_id', NEW."run_id", 'case_id', NEW."case_id", 'state', NEW."state", 'seed', NEW."seed", 'environment_id', NEW."environment_id", 'fingerprint', NEW."fingerprint", 'started_at', NEW."started_at", 'finished_at', NEW."finished_at", 'error', NEW."error"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_runs_update AFTER UPDATE ON "runs" WHEN OLD."run_id" IS NOT NEW."run_id" OR OLD."case_id" IS NOT NEW."case_id" OR OLD."state" IS NOT NEW."state" OR OLD."seed" IS NOT NEW."seed" OR OLD."environment_id" IS NOT NEW."environment_id" OR OLD."fingerprint" IS NOT NEW."fingerprint" OR OLD."started_at" IS NOT NEW."started_at" OR OLD."finished_at" IS NOT NEW."finished_at" OR OLD."error" IS NOT NEW."error"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', NEW."run_id", 'update', json_object('run_id', OLD."run_id", 'case_id', OLD."case_id", 'state', OLD."state", 'seed', OLD."seed", 'environment_id', OLD."environment_id", 'fingerprint', OLD."fingerprint", 'started_at', OLD."started_at", 'finished_at', OLD."finished_at", 'error', OLD."error"), json_object('run_id', NEW."run_id", 'case_id', NEW."case_id", 'state', NEW."state", 'seed', NEW."seed", 'environment_id', NEW."environment_id", 'fingerprint', NEW."fingerprint", 'started_at', NEW."started_at", 'finished_at', NEW."finished_at", 'error', NEW."error"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_runs_delete AFTER DELETE ON "runs" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', OLD."run_id", 'delete', json_object('run_id', OLD."run_id", 'case_id', OLD."case_id", 'state', OLD."state", 'seed', OLD."seed", 'environment_id', OLD."environment_id", 'fingerprint', OLD."fingerprint", 'started_at', OLD."started_at", 'finished_at', OLD."finished_at", 'error', OLD."error"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_screenings_insert AFTER INSERT ON "screenings" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage", 'insert', NULL, json_object('record_id', NEW."record_id", 'reviewer', NEW."reviewer", 'stage', NEW."stage", 'decision', NEW."decision", 'reason', NEW."reason", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_screenings_update AFTER UPDATE ON "screenings" WHEN OLD."record_id" IS NOT NEW."record_id" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."stage" IS NOT NEW."stage" OR OLD."decision" IS NOT NEW."decision" OR OLD."reason" IS NOT NEW."reason" OR OLD."note" IS NOT NEW."note" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage", 'update', json_object('record_id', OLD."record_id", 'reviewer', OLD."reviewer", 'stage', OLD."stage", 'decision', OLD."decision", 'reason', OLD."reason", 'note', OLD."note", 'position', OLD."position"), json_object('record_id', NEW."record_id", 'reviewer', NEW."reviewer", 'stage', NEW."stage", 'decision', NEW."decision", 'reason', NEW."reason", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_screenings_delete AFTER DELETE ON "screenings" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', OLD."record_id" || '|' || OLD."reviewer" || '|' || OLD."stage", 'delete', json_object('record_id', OLD."record_id", 'reviewer', OLD."reviewer", 'stage', OLD."stage", 'decision', OLD."decision", 'reason', OLD."reason", 'note', OLD."note", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_search_purposes_insert AFTER INSERT ON "search_purposes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'search_purposes', NEW."query_id", 'insert', NULL, json_object('query_id', NEW."query_id", 'purpose', NEW."purpose", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_search_purposes_update AFTER UPDATE ON "search_purposes" WHEN OLD."query_id" IS NOT NEW."query_id" OR OLD."purpose" IS NOT NEW."purpose" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'search_purposes', NEW."query_id", 'update', json_object('query_id', OLD."query_id", 'purpose', OLD."purpose", 'position', OLD."position"), json_object('query_id', NEW."query_id", 'purpose', NEW."purpose", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_search_purposes_delete AFTER DELETE ON "search_purposes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'search_purposes', OLD."query_id", 'delete', json_object('query_id', OLD."query_id", 'purpose', OLD."purpose", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_searches_insert AFTER INSERT ON "searches" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'searches', NEW."query_id", 'insert', NULL, json_object('query_id', NEW."query_id", 'reviewer', NEW."reviewer", 'query', NEW."query", 'corpus', NEW."corpus", 'date', NEW."date", 'results_returned', NEW."results_returned", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_searches_update AFTER UPDATE ON "searches" WHEN OLD."query_id" IS NOT NEW."query_id" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."query" IS NOT NEW."query" OR OLD."corpus" IS NOT NEW."corpus" OR OLD."date" IS NOT NEW."date" OR OLD."results_returned" IS NOT NEW."results_returned" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'searches', NEW."query_id", 'update', json_object('query_id', OLD."query_id", 'reviewer', OLD."reviewer", 'query', OLD."query", 'corpus', OLD."corpus", 'date', OLD."date", 'results_returned', OLD."results_returned", 'position', OLD."position"), json_object('query_id', NEW."query_id", 'reviewer', NEW."reviewer", 'query', NEW."query", 'corpus', NEW."corpus", 'date', NEW."date", 'results_returned', NEW."results_returned", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_searches_delete AFTER DELETE ON "searches" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'searches', OLD."query_id", 'delete', json_object('query_id', OLD."query_id", 'reviewer', OLD."reviewer", 'query', OLD."query", 'corpus', OLD."corpus", 'date', OLD."date", 'results_returned', OLD."results_returned", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_second_readings_insert AFTER INSERT ON "second_readings" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'second_readings', NEW."position", 'insert', NULL, json_object('position', NEW."position", 'comparison_id', NEW."comparison_id", 'outcome', NEW."outcome", 'verdict', NEW."verdict", 'value_seen', NEW."value_seen", 'source_url', NEW."source_url", 'locator', NEW."locator", 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_second_readings_update AFTER UPDATE ON "second_readings" WHEN OLD."position" IS NOT NEW."position" OR OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."verdict" IS NOT NEW."verdict" OR OLD."value_seen" IS NOT NEW."value_seen" OR OLD."source_url" IS NOT NEW."source_url" OR OLD."locator" IS NOT NEW."locator" OR OLD."note" IS NOT NEW."note"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'second_readings', NEW."position", 'update', json_object('position', OLD."position", 'comparison_id', OLD."comparison_id", 'outcome', OLD."outcome", 'verdict', OLD."verdict", 'value_seen', OLD."value_seen", 'source_url', OLD."source_url", 'locator', OLD."locator", 'note', OLD."note"), json_object('position', NEW."position", 'comparison_id', NEW."comparison_id", 'outcome', NEW."outcome", 'verdict', NEW."verdict", 'value_seen', NEW."value_seen", 'source_url', NEW."source_url", 'locator', NEW."locator", 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_second_readings_delete AFTER DELETE ON "second_readings" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'second_readings', OLD."position", 'delete', json_object('position', OLD."position", 'comparison_id', OLD."comparison_id", 'outcome', OLD."outcome", 'verdict', OLD."verdict", 'value_seen', OLD."value_seen", 'source_url', OLD."source_url", 'locator', OLD."locator", 'note', OLD."note"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_stated_record_agreement_insert AFTER INSERT ON "stated_record_agreement" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', NEW."pair", 'insert', NULL, json_object('pair', NEW."pair", 'records_judged_by_both', NEW."records_judged_by_both", 'both_include', NEW."both_include", 'both_exclude', NEW."both_exclude", 'disagree', NEW."disagree", 'raw_agreement', NEW."raw_agreement", 'cohen_kappa', NEW."cohen_kappa", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_stated_record_agreement_update AFTER UPDATE ON "stated_record_agreement" WHEN OLD."pair" IS NOT NEW."pair" OR OLD."records_judged_by_both" IS NOT NEW."records_judged_by_both" OR OLD."both_include" IS NOT NEW."both_include" OR OLD."both_exclude" IS NOT NEW."both_exclude" OR OLD."disagree" IS NOT NEW."disagree" OR OLD."raw_agreement" IS NOT NEW."raw_agreement" OR OLD."cohen_kappa" IS NOT NEW."cohen_kappa" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', NEW."pair", 'update', json_object('pair', OLD."pair", 'records_judged_by_both', OLD."records_judged_by_both", 'both_include', OLD."both_include", 'both_exclude', OLD."both_exclude", 'disagree', OLD."disagree", 'raw_agreement', OLD."raw_agreement", 'cohen_kappa', OLD."cohen_kappa", 'position', OLD."position"), json_object('pair', NEW."pair", 'records_judged_by_both', NEW."records_judged_by_both", 'both_include', NEW."both_include", 'both_exclude', NEW."both_exclude", 'disagree', NEW."disagree", 'raw_agreement', NEW."raw_agreement", 'cohen_kappa', NEW."cohen_kappa", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_stated_record_agreement_delete AFTER DELETE ON "stated_record_agreement" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', OLD."pair", 'delete', json_object('pair', OLD."pair", 'records_judged_by_both', OLD."records_judged_by_both", 'both_include', OLD."both_include", 'both_exclude', OLD."both_exclude", 'disagree', OLD."disagree", 'raw_agreement', OLD."raw_agreement", 'cohen_kappa', OLD."cohen_kappa", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_studies_insert AFTER INSERT ON "studies" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'studies', NEW."study_id", 'insert', NULL, json_object('study_id', NEW."study_id", 'record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'venue', NEW."venue", 'publication_type', NEW."publication_type", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'text_basis', NEW."text_basis", 'extracted_by', NEW."extracted_by", 'extraction_conflicts', NEW."extraction_conflicts", 'notes', NEW."notes", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_studies_update AFTER UPDATE ON "studies" WHEN OLD."study_id" IS NOT NEW."study_id" OR OLD."record_id" IS NOT NEW."record_id" OR OLD."title" IS NOT NEW."title" OR OLD."authors" IS NOT NEW."authors" OR OLD."year" IS NOT NEW."year" OR OLD."venue" IS NOT NEW."venue" OR OLD."publication_type" IS NOT NEW."publication_type" OR OLD."doi" IS NOT NEW."doi" OR OLD."arxiv_id" IS NOT NEW."arxiv_id" OR OLD."url" IS NOT NEW."url" OR OLD."text_basis" IS NOT NEW."text_basis" OR OLD."extracted_by" IS NOT NEW."extracted_by" OR OLD."extraction_conflicts" IS NOT NEW."extraction_conflicts" OR OLD."notes" IS NOT NEW."notes" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'studies', NEW."study_id", 'update', json_object('study_id', OLD."study_id", 'record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'venue', OLD."venue", 'publication_type', OLD."publication_type", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'text_basis', OLD."text_basis", 'extracted_by', OLD."extracted_by", 'extraction_conflicts', OLD."extraction_conflicts", 'notes', OLD."notes", 'position', OLD."position"), json_object('study_id', NEW."study_id", 'record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'venue', NEW."venue", 'publication_type', NEW."publication_type", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'text_basis', NEW."text_basis", 'extracted_by', NEW."extracted_by", 'extraction_conflicts', NEW."extraction_conflicts", 'notes', NEW."notes", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_studies_delete AFTER DELETE ON "studies" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'studies', OLD."study_id", 'delete', json_object('study_id', OLD."study_id", 'record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'venue', OLD."venue", 'publication_type', OLD."publication_type", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'text_basis', OLD."text_basis", 'extracted_by', OLD."extracted_by", 'extraction_conflicts', OLD."extraction_conflicts", 'notes', OLD."notes", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_values_insert AFTER INSERT ON "study_values" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', NEW."study_id" || '|' || NEW."variable", 'insert', NULL, json_object('study_id', NEW."study_id", 'variable', NEW."variable", 'value', NEW."value", 'as_printed', NEW."as_printed", 'locator', NEW."locator", 'source_url', NEW."source_url", 'extracted_by', NEW."extracted_by", 'extracted_on', NEW."extracted_on", 'verification', NEW."verification"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_values_update AFTER UPDATE ON "study_values" WHEN OLD."study_id" IS NOT NEW."study_id" OR OLD."variable" IS NOT NEW."variable" OR OLD."value" IS NOT NEW."value" OR OLD."as_printed" IS NOT NEW."as_printed" OR OLD."locator" IS NOT NEW."locator" OR OLD."source_url" IS NOT NEW."source_url" OR OLD."extracted_by" IS NOT NEW."extracted_by" OR OLD."extracted_on" IS NOT NEW."extracted_on" OR OLD."verification" IS NOT NEW."verification"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', NEW."study_id" || '|' || NEW."variable", 'update', json_object('study_id', OLD."study_id", 'variable', OLD."variable", 'value', OLD."value", 'as_printed', OLD."as_printed", 'locator', OLD."locator", 'source_url', OLD."source_url", 'extracted_by', OLD."extracted_by", 'extracted_on', OLD."extracted_on", 'verification', OLD."verification"), json_object('study_id', NEW."study_id", 'variable', NEW."variable", 'value', NEW."value", 'as_printed', NEW."as_printed", 'locator', NEW."locator", 'source_url', NEW."source_url", 'extracted_by', NEW."extracted_by", 'extracted_on', NEW."extracted_on", 'verification', NEW."verification"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_values_delete AFTER DELETE ON "study_values" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', OLD."study_id" || '|' || OLD."variable", 'delete', json_object('study_id', OLD."study_id", 'variable', OLD."variable", 'value', OLD."value", 'as_printed', OLD."as_printed", 'locator', OLD."locator", 'source_url', OLD."source_url", 'extracted_by', OLD."extracted_by", 'extracted_on', OLD."extracted_on", 'verification', OLD."verification"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_terms_insert AFTER INSERT ON "terms" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'terms', NEW."vocabulary" || '|' || NEW."code", 'insert', NULL, json_object('vocabulary', NEW."vocabulary", 'code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_terms_update AFTER UPDATE ON "terms" WHEN OLD."vocabulary" IS NOT NEW."vocabulary" OR OLD."code" IS NOT NEW."code" OR OLD."label" IS NOT NEW."label" OR OLD."definition" IS NOT NEW."definition" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'terms', NEW."vocabulary" || '|' || NEW."code", 'update', json_object('vocabulary', OLD."vocabulary", 'code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'position', OLD."position"), json_object('vocabulary', NEW."vocabulary", 'code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_terms_delete AFTER DELETE ON "terms" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'terms', OLD."vocabulary" || '|' || OLD."code", 'delete', json_object('vocabulary', OLD."vocabulary", 'code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_variables_insert AFTER INSERT ON "variables" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'variables', NEW."code", 'insert', NULL, json_object('code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'type', NEW."type", 'multi', NEW."multi", 'vocabulary', NEW."vocabulary", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_variables_update AFTER UPDATE ON "variables" WHEN OLD."code" IS NOT NEW."code" OR OLD."label" IS NOT NEW."label" OR OLD."definition" IS NOT NEW."definition" OR OLD."type" IS NOT NEW."type" OR OLD."multi" IS NOT NEW."multi" OR OLD."vocabulary" IS NOT NEW."vocabulary" OR OLD."source" IS NOT NEW."source" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'variables', NEW."code", 'update', json_object('code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'type', OLD."type", 'multi', OLD."multi", 'vocabulary', OLD."vocabulary", 'source', OLD."source", 'position', OLD."position"), json_object('code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'type', NEW."type", 'multi', NEW."multi", 'vocabulary', NEW."vocabulary", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_variables_delete AFTER DELETE ON "variables" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'variables', OLD."code", 'delete', json_object('code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'type', OLD."type", 'multi', OLD."multi", 'vocabulary', OLD."vocabulary", 'source', OLD."source", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_keep_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history can only grow'); END;
CREATE TRIGGER history_keep_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history can only grow'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('history',24);
COMMIT;
