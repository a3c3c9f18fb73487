-- A database of schema 0007, as SQL text: a tiny corpus loaded (change 1), a value seen again and a cell added (change 2),
-- a decision on a pair and an appraisal (change 3) by the medquant of that time, dumped with Python's `sqlite3` `iterdump()`.
-- It is kept as it is: do not make it anew when the schema changes.
BEGIN TRANSACTION;
CREATE TABLE acknowledgements (
	code TEXT NOT NULL, 
	place TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	accepted_by TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_acknowledgements PRIMARY KEY (code, place)
);
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
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE appraisals (
	target TEXT NOT NULL, 
	study_id TEXT NOT NULL, 
	comparison_id TEXT, 
	tool TEXT NOT NULL, 
	tool_version TEXT NOT NULL, 
	item TEXT NOT NULL, 
	appraiser TEXT NOT NULL, 
	answer VARCHAR(32), 
	judgement VARCHAR(32), 
	applicability VARCHAR(32), 
	reason TEXT NOT NULL, 
	locator TEXT, 
	judged_on DATE NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_appraisals PRIMARY KEY (target, tool, tool_version, item, appraiser), 
	CONSTRAINT ck_appraisals_target CHECK (target = COALESCE(comparison_id, study_id)), 
	CONSTRAINT ck_appraisals_answer_or_judgement CHECK ((answer IS NULL) <> (judgement IS NULL AND applicability IS NULL)), 
	CONSTRAINT fk_appraisals_comparison_id FOREIGN KEY(comparison_id) REFERENCES comparisons (comparison_id), 
	CONSTRAINT fk_appraisals_study_id FOREIGN KEY(study_id) REFERENCES studies (study_id), 
	CONSTRAINT ck_appraisals_appraisal_answer CHECK (answer IN ('yes', 'probably_yes', 'probably_no', 'no', 'no_information', 'not_applicable')), 
	CONSTRAINT ck_appraisals_risk_of_bias CHECK (judgement IN ('low', 'high', 'unclear')), 
	CONSTRAINT ck_appraisals_concern CHECK (applicability IN ('low', 'high', 'unclear'))
);
INSERT INTO "appraisals" VALUES('s1','s1',NULL,'probast_ai','1','overall','ana',NULL,'unclear',NULL,'few images',NULL,'2026-11-20',1);
CREATE TABLE cases (
	case_hash TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_cases PRIMARY KEY (case_hash)
);
CREATE TABLE change_context (
	id INTEGER NOT NULL, 
	change INTEGER NOT NULL, 
	actor TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_change_context PRIMARY KEY (id), 
	CONSTRAINT ck_change_context_one_row CHECK (id = 1)
);
CREATE TABLE claims (
	case_hash TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	study_id TEXT NOT NULL, 
	comparison_id TEXT, 
	quantity VARCHAR(32) NOT NULL, 
	outcome TEXT NOT NULL, 
	arm_key TEXT NOT NULL, 
	baseline_key TEXT NOT NULL, 
	split TEXT, 
	part TEXT, 
	tolerance FLOAT, 
	comparable BOOLEAN NOT NULL, 
	statement TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_claims PRIMARY KEY (case_hash, position), 
	CONSTRAINT ck_claims_published_value_has_its_tolerance CHECK ((comparison_id IS NULL) = (tolerance IS NULL)), 
	CONSTRAINT ck_claims_tolerance_positive CHECK (tolerance > 0), 
	CONSTRAINT fk_claims_case_hash FOREIGN KEY(case_hash) REFERENCES cases (case_hash), 
	CONSTRAINT ck_claims_quantity CHECK (quantity IN ('change', 'baseline'))
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
	position INTEGER NOT NULL, arm_key TEXT, baseline_key TEXT, 
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
INSERT INTO "comparisons" VALUES('s1-01','reported','s1',NULL,'int8, all layers','ptq','8',NULL,NULL,NULL,NULL,'accuracy','percent','91.50','91.0','difference','-0.50','exact',200,'clean',NULL,NULL,'91.50 to 91.0',NULL,NULL,'confirmed',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,NULL,NULL);
INSERT INTO "comparisons" VALUES('s2-01','reported','s2',NULL,'int8',NULL,NULL,NULL,NULL,NULL,NULL,'size','MB',NULL,NULL,'none',NULL,'exact',NULL,'unclear',NULL,NULL,NULL,NULL,NULL,'unverified',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,NULL,NULL);
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
INSERT INTO "corrections" VALUES(1,'comparison','s1-01','unit','fraction','percent',NULL);
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
INSERT INTO "extraction_votes" VALUES('s1-01','change','Lovelace, G.','0.5');
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
INSERT INTO "history" VALUES(1,1,'corrections','1','insert',NULL,'{"position":1,"kind":"comparison","id":"s1-01","field":"unit","old":"fraction","new":"percent","reason":null}','2026-11-21T11:26:10.404Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(2,1,'outcomes','accuracy','insert',NULL,'{"code":"accuracy","label":"Accuracy","better":"higher","measure":"difference","definition":"share of test cases classified correctly","position":1}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(3,1,'outcomes','f1','insert',NULL,'{"code":"f1","label":"F1 score","better":"higher","measure":"difference","definition":"harmonic mean of precision and recall","position":2}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(4,1,'outcomes','auc','insert',NULL,'{"code":"auc","label":"AUC","better":"higher","measure":"difference","definition":"area under the receiver operating characteristic curve","position":3}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(5,1,'outcomes','sensitivity','insert',NULL,'{"code":"sensitivity","label":"Sensitivity","better":"higher","measure":"difference","definition":"share of positive cases found","position":4}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(6,1,'outcomes','specificity','insert',NULL,'{"code":"specificity","label":"Specificity","better":"higher","measure":"difference","definition":"share of negative cases recognised","position":5}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(7,1,'outcomes','precision','insert',NULL,'{"code":"precision","label":"Precision","better":"higher","measure":"difference","definition":"share of positive calls that are right","position":6}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(8,1,'outcomes','dice','insert',NULL,'{"code":"dice","label":"Dice","better":"higher","measure":"difference","definition":"overlap of predicted and reference region","position":7}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(9,1,'outcomes','iou','insert',NULL,'{"code":"iou","label":"IoU","better":"higher","measure":"difference","definition":"intersection over union of predicted and reference region","position":8}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(10,1,'outcomes','hd95','insert',NULL,'{"code":"hd95","label":"HD95","better":"lower","measure":"log_ratio","definition":"95th percentile of the Hausdorff distance","position":9}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(11,1,'outcomes','map','insert',NULL,'{"code":"map","label":"mAP","better":"higher","measure":"difference","definition":"mean average precision of detection","position":10}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(12,1,'outcomes','psnr','insert',NULL,'{"code":"psnr","label":"PSNR","better":"higher","measure":"none","definition":"peak signal-to-noise ratio","position":11}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(13,1,'outcomes','ssim','insert',NULL,'{"code":"ssim","label":"SSIM","better":"higher","measure":"difference","definition":"structural similarity","position":12}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(14,1,'outcomes','kappa','insert',NULL,'{"code":"kappa","label":"Kappa","better":"higher","measure":"difference","definition":"chance-corrected agreement with the reference","position":13}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(15,1,'outcomes','size','insert',NULL,'{"code":"size","label":"Model size","better":"lower","measure":"log_ratio","definition":"size of the stored model","position":14}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(16,1,'outcomes','latency','insert',NULL,'{"code":"latency","label":"Latency","better":"lower","measure":"log_ratio","definition":"time for one inference","position":15}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(17,1,'outcomes','throughput','insert',NULL,'{"code":"throughput","label":"Throughput","better":"higher","measure":"log_ratio","definition":"inferences per time","position":16}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(18,1,'outcomes','memory','insert',NULL,'{"code":"memory","label":"Memory","better":"lower","measure":"log_ratio","definition":"memory needed for inference or parameters","position":17}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(19,1,'outcomes','energy','insert',NULL,'{"code":"energy","label":"Energy","better":"lower","measure":"log_ratio","definition":"energy for one inference","position":18}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(20,1,'outcomes','power','insert',NULL,'{"code":"power","label":"Power","better":"lower","measure":"log_ratio","definition":"power drawn during inference","position":19}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(21,1,'outcomes','params','insert',NULL,'{"code":"params","label":"Parameters","better":"lower","measure":"log_ratio","definition":"number of parameters","position":20}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(22,1,'outcomes','flops','insert',NULL,'{"code":"flops","label":"Operations","better":"lower","measure":"log_ratio","definition":"number of arithmetic operations","position":21}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(23,1,'outcomes','other','insert',NULL,'{"code":"other","label":"Other","better":"neither","measure":"none","definition":"an outcome outside the protocol","position":22}','2026-11-21T11:26:10.405Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(24,1,'records','r1','insert',NULL,'{"record_id":"r1","title":"One","authors":null,"year":2024,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":1}','2026-11-21T11:26:10.406Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(25,1,'records','r2','insert',NULL,'{"record_id":"r2","title":"Two, with comma","authors":null,"year":null,"doi":"10.1000/two","arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":2}','2026-11-21T11:26:10.406Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(26,1,'records','r3','insert',NULL,'{"record_id":"r3","title":"Three\nlines \"quoted\"","authors":null,"year":null,"doi":null,"arxiv_id":null,"url":null,"other_urls":null,"first_found_by_query":null,"found_in_source":null,"dedup_note":null,"removed":null,"position":3}','2026-11-21T11:26:10.406Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(27,1,'searches','q1','insert',NULL,'{"query_id":"q1","reviewer":"Ada","query":"int8; heart","corpus":"index","date":"2026-01-31","results_returned":0,"position":1}','2026-11-21T11:26:10.406Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(28,1,'terms','publication_type|journal','insert',NULL,'{"vocabulary":"publication_type","code":"journal","label":"journal article","definition":null,"position":1}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(29,1,'terms','publication_type|conference','insert',NULL,'{"vocabulary":"publication_type","code":"conference","label":"conference paper","definition":null,"position":2}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(30,1,'terms','publication_type|preprint','insert',NULL,'{"vocabulary":"publication_type","code":"preprint","label":"preprint","definition":null,"position":3}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(31,1,'terms','publication_type|thesis','insert',NULL,'{"vocabulary":"publication_type","code":"thesis","label":"thesis","definition":null,"position":4}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(32,1,'terms','publication_type|unknown','insert',NULL,'{"vocabulary":"publication_type","code":"unknown","label":"unknown","definition":"the text seen does not tell","position":5}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(33,1,'terms','modality|mri','insert',NULL,'{"vocabulary":"modality","code":"mri","label":"MRI","definition":"magnetic resonance imaging","position":6}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(34,1,'terms','modality|ct','insert',NULL,'{"vocabulary":"modality","code":"ct","label":"CT","definition":"computed tomography","position":7}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(35,1,'terms','modality|xray','insert',NULL,'{"vocabulary":"modality","code":"xray","label":"X-ray","definition":"projection radiography except mammography","position":8}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(36,1,'terms','modality|mammography','insert',NULL,'{"vocabulary":"modality","code":"mammography","label":"mammography","definition":null,"position":9}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(37,1,'terms','modality|ultrasound','insert',NULL,'{"vocabulary":"modality","code":"ultrasound","label":"ultrasound","definition":null,"position":10}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(38,1,'terms','modality|fundus','insert',NULL,'{"vocabulary":"modality","code":"fundus","label":"fundus photography","definition":null,"position":11}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(39,1,'terms','modality|oct','insert',NULL,'{"vocabulary":"modality","code":"oct","label":"OCT","definition":"optical coherence tomography","position":12}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(40,1,'terms','modality|histopathology','insert',NULL,'{"vocabulary":"modality","code":"histopathology","label":"histopathology","definition":"tissue slides","position":13}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(41,1,'terms','modality|cytology','insert',NULL,'{"vocabulary":"modality","code":"cytology","label":"cytology","definition":"cell smears","position":14}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(42,1,'terms','modality|dermoscopy','insert',NULL,'{"vocabulary":"modality","code":"dermoscopy","label":"dermoscopy","definition":null,"position":15}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(43,1,'terms','modality|clinical_photo','insert',NULL,'{"vocabulary":"modality","code":"clinical_photo","label":"clinical photograph","definition":null,"position":16}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(44,1,'terms','modality|endoscopy','insert',NULL,'{"vocabulary":"modality","code":"endoscopy","label":"endoscopy","definition":null,"position":17}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(45,1,'terms','modality|pet','insert',NULL,'{"vocabulary":"modality","code":"pet","label":"PET","definition":"positron emission tomography","position":18}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(46,1,'terms','modality|microscopy','insert',NULL,'{"vocabulary":"modality","code":"microscopy","label":"microscopy","definition":"patient samples under the microscope","position":19}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(47,1,'terms','modality|multi','insert',NULL,'{"vocabulary":"modality","code":"multi","label":"several","definition":"several kinds of image that are not named one by one","position":20}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(48,1,'terms','modality|other','insert',NULL,'{"vocabulary":"modality","code":"other","label":"other","definition":null,"position":21}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(49,1,'terms','task|classification','insert',NULL,'{"vocabulary":"task","code":"classification","label":"classification","definition":null,"position":22}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(50,1,'terms','task|segmentation','insert',NULL,'{"vocabulary":"task","code":"segmentation","label":"segmentation","definition":null,"position":23}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(51,1,'terms','task|detection','insert',NULL,'{"vocabulary":"task","code":"detection","label":"detection","definition":null,"position":24}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(52,1,'terms','task|registration','insert',NULL,'{"vocabulary":"task","code":"registration","label":"registration","definition":null,"position":25}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(53,1,'terms','task|reconstruction','insert',NULL,'{"vocabulary":"task","code":"reconstruction","label":"reconstruction","definition":null,"position":26}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(54,1,'terms','task|denoising','insert',NULL,'{"vocabulary":"task","code":"denoising","label":"denoising","definition":null,"position":27}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(55,1,'terms','task|super_resolution','insert',NULL,'{"vocabulary":"task","code":"super_resolution","label":"super-resolution","definition":null,"position":28}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(56,1,'terms','task|synthesis','insert',NULL,'{"vocabulary":"task","code":"synthesis","label":"synthesis","definition":null,"position":29}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(57,1,'terms','task|retrieval','insert',NULL,'{"vocabulary":"task","code":"retrieval","label":"retrieval","definition":null,"position":30}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(58,1,'terms','task|vqa','insert',NULL,'{"vocabulary":"task","code":"vqa","label":"question answering","definition":"answering questions about images","position":31}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(59,1,'terms','task|other','insert',NULL,'{"vocabulary":"task","code":"other","label":"other","definition":null,"position":32}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(60,1,'terms','architecture_family|cnn','insert',NULL,'{"vocabulary":"architecture_family","code":"cnn","label":"CNN","definition":"convolutional neural network","position":33}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(61,1,'terms','architecture_family|lightweight_cnn','insert',NULL,'{"vocabulary":"architecture_family","code":"lightweight_cnn","label":"lightweight CNN","definition":"convolutional network made for small machines","position":34}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(62,1,'terms','architecture_family|transformer','insert',NULL,'{"vocabulary":"architecture_family","code":"transformer","label":"transformer","definition":null,"position":35}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(63,1,'terms','architecture_family|lightweight_transformer','insert',NULL,'{"vocabulary":"architecture_family","code":"lightweight_transformer","label":"lightweight transformer","definition":"transformer made for small machines","position":36}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(64,1,'terms','architecture_family|hybrid','insert',NULL,'{"vocabulary":"architecture_family","code":"hybrid","label":"hybrid","definition":"convolution and attention together","position":37}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(65,1,'terms','architecture_family|linear_complexity','insert',NULL,'{"vocabulary":"architecture_family","code":"linear_complexity","label":"linear complexity","definition":"state space or linear attention","position":38}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(66,1,'terms','architecture_family|vlm_llm','insert',NULL,'{"vocabulary":"architecture_family","code":"vlm_llm","label":"language model","definition":"vision-language or language model","position":39}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(67,1,'terms','architecture_family|gan','insert',NULL,'{"vocabulary":"architecture_family","code":"gan","label":"GAN","definition":"generative adversarial network","position":40}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(68,1,'terms','architecture_family|diffusion','insert',NULL,'{"vocabulary":"architecture_family","code":"diffusion","label":"diffusion","definition":"diffusion model","position":41}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(69,1,'terms','architecture_family|other','insert',NULL,'{"vocabulary":"architecture_family","code":"other","label":"other","definition":null,"position":42}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(70,1,'terms','technique|ptq','insert',NULL,'{"vocabulary":"technique","code":"ptq","label":"PTQ","definition":"post-training quantization","position":43}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(71,1,'terms','technique|qat','insert',NULL,'{"vocabulary":"technique","code":"qat","label":"QAT","definition":"quantization-aware training","position":44}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(72,1,'terms','technique|mixed_precision','insert',NULL,'{"vocabulary":"technique","code":"mixed_precision","label":"mixed precision","definition":"several bit widths in one network; half precision too","position":45}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(73,1,'terms','technique|low_bit','insert',NULL,'{"vocabulary":"technique","code":"low_bit","label":"low-bit","definition":"an arm at 4 bits or less","position":46}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(74,1,'terms','technique|fixed_point','insert',NULL,'{"vocabulary":"technique","code":"fixed_point","label":"fixed point","definition":"fixed-point arithmetic in hardware","position":47}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(75,1,'terms','technique|unspecified','insert',NULL,'{"vocabulary":"technique","code":"unspecified","label":"unspecified","definition":"quantized in a way that the text seen does not name","position":48}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(76,1,'terms','co_compression|pruning','insert',NULL,'{"vocabulary":"co_compression","code":"pruning","label":"pruning","definition":null,"position":49}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(77,1,'terms','co_compression|distillation','insert',NULL,'{"vocabulary":"co_compression","code":"distillation","label":"distillation","definition":"knowledge distillation","position":50}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(78,1,'terms','co_compression|low_rank','insert',NULL,'{"vocabulary":"co_compression","code":"low_rank","label":"low rank","definition":"low-rank factorization","position":51}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(79,1,'terms','co_compression|nas','insert',NULL,'{"vocabulary":"co_compression","code":"nas","label":"architecture search","definition":"neural architecture search","position":52}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(80,1,'terms','co_compression|weight_sharing','insert',NULL,'{"vocabulary":"co_compression","code":"weight_sharing","label":"weight sharing","definition":null,"position":53}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(81,1,'terms','co_compression|federated','insert',NULL,'{"vocabulary":"co_compression","code":"federated","label":"federated","definition":"federated training","position":54}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(82,1,'terms','co_compression|none','insert',NULL,'{"vocabulary":"co_compression","code":"none","label":"none","definition":"quantization alone","position":55}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(83,1,'terms','framework|pytorch','insert',NULL,'{"vocabulary":"framework","code":"pytorch","label":"PyTorch","definition":null,"position":56}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(84,1,'terms','framework|tensorflow','insert',NULL,'{"vocabulary":"framework","code":"tensorflow","label":"TensorFlow","definition":null,"position":57}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(85,1,'terms','framework|tflite','insert',NULL,'{"vocabulary":"framework","code":"tflite","label":"TensorFlow Lite","definition":"LiteRT included","position":58}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(86,1,'terms','framework|keras','insert',NULL,'{"vocabulary":"framework","code":"keras","label":"Keras","definition":null,"position":59}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(87,1,'terms','framework|tensorrt','insert',NULL,'{"vocabulary":"framework","code":"tensorrt","label":"TensorRT","definition":null,"position":60}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(88,1,'terms','framework|onnxruntime','insert',NULL,'{"vocabulary":"framework","code":"onnxruntime","label":"ONNX Runtime","definition":null,"position":61}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(89,1,'terms','framework|openvino','insert',NULL,'{"vocabulary":"framework","code":"openvino","label":"OpenVINO","definition":null,"position":62}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(90,1,'terms','framework|vitis_ai','insert',NULL,'{"vocabulary":"framework","code":"vitis_ai","label":"Vitis AI","definition":null,"position":63}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(91,1,'terms','framework|coreml','insert',NULL,'{"vocabulary":"framework","code":"coreml","label":"Core ML","definition":null,"position":64}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(92,1,'terms','framework|hls4ml','insert',NULL,'{"vocabulary":"framework","code":"hls4ml","label":"hls4ml","definition":null,"position":65}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(93,1,'terms','framework|other','insert',NULL,'{"vocabulary":"framework","code":"other","label":"other","definition":null,"position":66}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(94,1,'terms','framework|not_reported','insert',NULL,'{"vocabulary":"framework","code":"not_reported","label":"not reported","definition":"the text seen does not tell","position":67}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(95,1,'terms','environment|server_gpu','insert',NULL,'{"vocabulary":"environment","code":"server_gpu","label":"server GPU","definition":null,"position":68}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(96,1,'terms','environment|desktop_cpu','insert',NULL,'{"vocabulary":"environment","code":"desktop_cpu","label":"desktop CPU","definition":null,"position":69}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(97,1,'terms','environment|mobile','insert',NULL,'{"vocabulary":"environment","code":"mobile","label":"mobile","definition":"phone or tablet","position":70}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(98,1,'terms','environment|edge_gpu','insert',NULL,'{"vocabulary":"environment","code":"edge_gpu","label":"edge GPU","definition":null,"position":71}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(99,1,'terms','environment|edge_cpu','insert',NULL,'{"vocabulary":"environment","code":"edge_cpu","label":"edge CPU","definition":null,"position":72}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(100,1,'terms','environment|mcu','insert',NULL,'{"vocabulary":"environment","code":"mcu","label":"microcontroller","definition":null,"position":73}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(101,1,'terms','environment|fpga','insert',NULL,'{"vocabulary":"environment","code":"fpga","label":"FPGA","definition":null,"position":74}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(102,1,'terms','environment|asic','insert',NULL,'{"vocabulary":"environment","code":"asic","label":"ASIC","definition":null,"position":75}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(103,1,'terms','environment|edge_tpu_npu','insert',NULL,'{"vocabulary":"environment","code":"edge_tpu_npu","label":"edge TPU or NPU","definition":null,"position":76}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(104,1,'terms','environment|cloud','insert',NULL,'{"vocabulary":"environment","code":"cloud","label":"cloud","definition":null,"position":77}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(105,1,'terms','environment|simulation','insert',NULL,'{"vocabulary":"environment","code":"simulation","label":"simulation","definition":"reduced precision was only simulated","position":78}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(106,1,'terms','environment|not_reported','insert',NULL,'{"vocabulary":"environment","code":"not_reported","label":"not reported","definition":"the text seen does not tell","position":79}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(107,1,'terms','answer|yes','insert',NULL,'{"vocabulary":"answer","code":"yes","label":"yes","definition":null,"position":80}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(108,1,'terms','answer|no','insert',NULL,'{"vocabulary":"answer","code":"no","label":"not mentioned","definition":"not mentioned in the text seen","position":81}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(109,1,'terms','answer|unclear','insert',NULL,'{"vocabulary":"answer","code":"unclear","label":"unclear","definition":null,"position":82}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(110,1,'terms','text_basis|abstract','insert',NULL,'{"vocabulary":"text_basis","code":"abstract","label":"abstract","definition":null,"position":83}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(111,1,'terms','text_basis|abstract+part_of_full_text','insert',NULL,'{"vocabulary":"text_basis","code":"abstract+part_of_full_text","label":"abstract and part of the full text","definition":null,"position":84}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(112,1,'terms','text_basis|full_text','insert',NULL,'{"vocabulary":"text_basis","code":"full_text","label":"full text","definition":null,"position":85}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(113,1,'terms','text_basis|readme','insert',NULL,'{"vocabulary":"text_basis","code":"readme","label":"repository README","definition":null,"position":86}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(114,1,'terms','exclusion_reason|not_quantization','insert',NULL,'{"vocabulary":"exclusion_reason","code":"not_quantization","label":"not quantization","definition":"no quantization of the network itself","position":87}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(115,1,'terms','exclusion_reason|not_medical_images','insert',NULL,'{"vocabulary":"exclusion_reason","code":"not_medical_images","label":"not medical images","definition":"no images of patients or patient samples","position":88}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(116,1,'terms','exclusion_reason|review_or_survey','insert',NULL,'{"vocabulary":"exclusion_reason","code":"review_or_survey","label":"review or survey","definition":null,"position":89}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(117,1,'terms','exclusion_reason|not_primary_or_no_result','insert',NULL,'{"vocabulary":"exclusion_reason","code":"not_primary_or_no_result","label":"no primary result","definition":"no primary study or no result of the quantized network","position":90}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(118,1,'terms','exclusion_reason|insufficient_text','insert',NULL,'{"vocabulary":"exclusion_reason","code":"insufficient_text","label":"text too short","definition":"the text seen is too short to judge","position":91}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(119,1,'terms','unit|percent','insert',NULL,'{"vocabulary":"unit","code":"percent","label":"%","definition":null,"position":92}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(120,1,'terms','unit|fraction','insert',NULL,'{"vocabulary":"unit","code":"fraction","label":"fraction","definition":"0 to 1","position":93}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(121,1,'terms','unit|MB','insert',NULL,'{"vocabulary":"unit","code":"MB","label":"MB","definition":null,"position":94}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(122,1,'terms','unit|KB','insert',NULL,'{"vocabulary":"unit","code":"KB","label":"kB","definition":null,"position":95}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(123,1,'terms','unit|GB','insert',NULL,'{"vocabulary":"unit","code":"GB","label":"GB","definition":null,"position":96}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(124,1,'terms','unit|ms','insert',NULL,'{"vocabulary":"unit","code":"ms","label":"ms","definition":null,"position":97}','2026-11-21T11:26:10.407Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(125,1,'terms','unit|s','insert',NULL,'{"vocabulary":"unit","code":"s","label":"s","definition":null,"position":98}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(126,1,'terms','unit|us','insert',NULL,'{"vocabulary":"unit","code":"us","label":"µs","definition":null,"position":99}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(127,1,'terms','unit|fps','insert',NULL,'{"vocabulary":"unit","code":"fps","label":"frames per second","definition":null,"position":100}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(128,1,'terms','unit|mJ','insert',NULL,'{"vocabulary":"unit","code":"mJ","label":"mJ","definition":null,"position":101}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(129,1,'terms','unit|W','insert',NULL,'{"vocabulary":"unit","code":"W","label":"W","definition":null,"position":102}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(130,1,'terms','unit|GOPS/J','insert',NULL,'{"vocabulary":"unit","code":"GOPS/J","label":"GOPS/J","definition":"larger is better","position":103}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(131,1,'terms','unit|M','insert',NULL,'{"vocabulary":"unit","code":"M","label":"million","definition":null,"position":104}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(132,1,'terms','unit|ratio','insert',NULL,'{"vocabulary":"unit","code":"ratio","label":"ratio","definition":"quantized / baseline","position":105}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(133,1,'terms','unit|other','insert',NULL,'{"vocabulary":"unit","code":"other","label":"other","definition":null,"position":106}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(134,1,'variables','study_id','insert',NULL,'{"code":"study_id","label":"Study","definition":"first author and year, -nd where no year was seen","type":"text","multi":"no","vocabulary":null,"source":"this project","position":1}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(135,1,'variables','record_id','insert',NULL,'{"code":"record_id","label":"Record","definition":"the record that the study was included from","type":"text","multi":"no","vocabulary":null,"source":"PRISMA 2020","position":2}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(136,1,'variables','title','insert',NULL,'{"code":"title","label":"Title","definition":"title of the publication","type":"text","multi":"no","vocabulary":null,"source":"PRISMA 2020 item 17","position":3}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(137,1,'variables','authors','insert',NULL,'{"code":"authors","label":"Authors","definition":"authors as printed","type":"text","multi":"yes","vocabulary":null,"source":"PRISMA 2020 item 17","position":4}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(138,1,'variables','year','insert',NULL,'{"code":"year","label":"Year","definition":"year of publication","type":"year","multi":"no","vocabulary":null,"source":"PRISMA 2020 item 17","position":5}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(139,1,'variables','venue','insert',NULL,'{"code":"venue","label":"Venue","definition":"journal, conference or repository","type":"text","multi":"no","vocabulary":null,"source":"PRISMA 2020 item 17","position":6}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(140,1,'variables','publication_type','insert',NULL,'{"code":"publication_type","label":"Publication type","definition":"kind of publication","type":"code","multi":"no","vocabulary":"publication_type","source":"this project","position":7}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(141,1,'variables','doi','insert',NULL,'{"code":"doi","label":"DOI","definition":"digital object identifier","type":"doi","multi":"no","vocabulary":null,"source":"PRISMA 2020 item 17","position":8}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(142,1,'variables','arxiv_id','insert',NULL,'{"code":"arxiv_id","label":"arXiv","definition":"arXiv identifier","type":"text","multi":"no","vocabulary":null,"source":"this project","position":9}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(143,1,'variables','url','insert',NULL,'{"code":"url","label":"Address","definition":"address of the text that was read","type":"url","multi":"no","vocabulary":null,"source":"this project","position":10}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(144,1,'variables','country','insert',NULL,'{"code":"country","label":"Country","definition":"country of the first authors","type":"text","multi":"yes","vocabulary":null,"source":"this project","position":11}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(145,1,'variables','modality','insert',NULL,'{"code":"modality","label":"Imaging modality","definition":"kind of image","type":"code","multi":"yes","vocabulary":"modality","source":"Technologies 14(1):76, relations studied","position":12}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(146,1,'variables','anatomy','insert',NULL,'{"code":"anatomy","label":"Anatomy","definition":"body part","type":"text","multi":"yes","vocabulary":null,"source":"this project","position":13}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(147,1,'variables','task','insert',NULL,'{"code":"task","label":"Task","definition":"what the network does","type":"code","multi":"yes","vocabulary":"task","source":"this project","position":14}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(148,1,'variables','datasets','insert',NULL,'{"code":"datasets","label":"Data sets","definition":"data sets named","type":"text","multi":"yes","vocabulary":null,"source":"this project","position":15}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(149,1,'variables','n_images_total','insert',NULL,'{"code":"n_images_total","label":"Images","definition":"number of images in all","type":"integer","multi":"no","vocabulary":null,"source":"this project","position":16}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(150,1,'variables','architectures','insert',NULL,'{"code":"architectures","label":"Networks","definition":"networks named","type":"text","multi":"yes","vocabulary":null,"source":"this project","position":17}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(151,1,'variables','architecture_family','insert',NULL,'{"code":"architecture_family","label":"Architecture family","definition":"family of network","type":"code","multi":"yes","vocabulary":"architecture_family","source":"Technologies 14(1):76, relations studied; arXiv 2602.00910, taxonomy","position":18}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(152,1,'variables','technique','insert',NULL,'{"code":"technique","label":"Quantization technique","definition":"how precision was reduced","type":"code","multi":"yes","vocabulary":"technique","source":"Technologies 14(1):76, categories of technique","position":19}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(153,1,'variables','co_compression','insert',NULL,'{"code":"co_compression","label":"Further compression","definition":"compression used beside quantization","type":"code","multi":"yes","vocabulary":"co_compression","source":"arXiv 2602.00910, compression strategies","position":20}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(154,1,'variables','weight_bits','insert',NULL,'{"code":"weight_bits","label":"Weight bits","definition":"bits of the weights","type":"bits","multi":"yes","vocabulary":null,"source":"this project","position":21}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(155,1,'variables','activation_bits','insert',NULL,'{"code":"activation_bits","label":"Activation bits","definition":"bits of the activations","type":"bits","multi":"yes","vocabulary":null,"source":"this project","position":22}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(156,1,'variables','framework','insert',NULL,'{"code":"framework","label":"Framework","definition":"software that quantized or ran the network","type":"code","multi":"yes","vocabulary":"framework","source":"Technologies 14(1):76, frameworks","position":23}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(157,1,'variables','environment','insert',NULL,'{"code":"environment","label":"Execution environment","definition":"where the quantized network ran","type":"code","multi":"yes","vocabulary":"environment","source":"Technologies 14(1):76, relations studied","position":24}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(158,1,'variables','devices','insert',NULL,'{"code":"devices","label":"Devices","definition":"devices named","type":"text","multi":"yes","vocabulary":null,"source":"this project","position":25}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(159,1,'variables','code_url','insert',NULL,'{"code":"code_url","label":"Code","definition":"address of the code","type":"url","multi":"yes","vocabulary":null,"source":"this project","position":26}','2026-11-21T11:26:10.408Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(160,1,'variables','reports_energy','insert',NULL,'{"code":"reports_energy","label":"Energy","definition":"is energy reported","type":"code","multi":"no","vocabulary":"answer","source":"Technologies 14(1):76, limited attention","position":27}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(161,1,'variables','reports_cost','insert',NULL,'{"code":"reports_cost","label":"Cost","definition":"is cost reported","type":"code","multi":"no","vocabulary":"answer","source":"Technologies 14(1):76, limited attention","position":28}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(162,1,'variables','reports_pacs_ris','insert',NULL,'{"code":"reports_pacs_ris","label":"PACS/RIS","definition":"is integration with PACS or RIS reported","type":"code","multi":"no","vocabulary":"answer","source":"Technologies 14(1):76, limited attention","position":29}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(163,1,'variables','reports_lifecycle','insert',NULL,'{"code":"reports_lifecycle","label":"Lifecycle","definition":"is management of the model''s life reported","type":"code","multi":"no","vocabulary":"answer","source":"Technologies 14(1):76, limited attention","position":30}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(164,1,'variables','reports_regulatory','insert',NULL,'{"code":"reports_regulatory","label":"Regulation","definition":"is regulatory traceability reported","type":"code","multi":"no","vocabulary":"answer","source":"Technologies 14(1):76, limited attention","position":31}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(165,1,'variables','prospective_or_clinical_use','insert',NULL,'{"code":"prospective_or_clinical_use","label":"Clinical use","definition":"was the network used prospectively or in a clinic","type":"code","multi":"no","vocabulary":"answer","source":"this project","position":32}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(166,1,'variables','privacy','insert',NULL,'{"code":"privacy","label":"Privacy","definition":"is privacy a stated concern","type":"code","multi":"no","vocabulary":"answer","source":"arXiv 2602.00910, barriers named","position":33}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(167,1,'variables','text_basis','insert',NULL,'{"code":"text_basis","label":"Text read","definition":"how much of the text was read","type":"code","multi":"no","vocabulary":"text_basis","source":"this project","position":34}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(168,1,'variables','extracted_by','insert',NULL,'{"code":"extracted_by","label":"Extracted by","definition":"reviewers who extracted the study","type":"text","multi":"yes","vocabulary":null,"source":"PRISMA 2020 item 9","position":35}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(169,1,'variables','extraction_conflicts','insert',NULL,'{"code":"extraction_conflicts","label":"Extraction conflicts","definition":"each reviewer''s code and the one kept","type":"text","multi":"no","vocabulary":null,"source":"PRISMA 2020 item 9","position":36}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(170,1,'variables','notes','insert',NULL,'{"code":"notes","label":"Notes","definition":"remarks of the reviewers","type":"text","multi":"no","vocabulary":null,"source":"this project","position":37}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(171,1,'identified','A|A1','insert',NULL,'{"theme":"A","raw_record_id":"A1","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"index","record_id":"r1","route":null,"position":1}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(172,1,'identified','A|A2','insert',NULL,'{"theme":"A","raw_record_id":"A2","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"index","record_id":"r2","route":null,"position":2}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(173,1,'identified','A|A3','insert',NULL,'{"theme":"A","raw_record_id":"A3","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"index","record_id":"r3","route":null,"position":3}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(174,1,'identified','B|B1','insert',NULL,'{"theme":"B","raw_record_id":"B1","title":null,"year":null,"url":null,"doi":null,"arxiv_id":null,"query":null,"source":"other index","record_id":"r1","route":null,"position":4}','2026-11-21T11:26:10.409Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(175,1,'screenings','r1|Ada|title_abstract','insert',NULL,'{"record_id":"r1","reviewer":"Ada","stage":"title_abstract","decision":"include","reason":null,"note":null,"position":1}','2026-11-21T11:26:10.410Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(176,1,'screenings','r2|Ada|title_abstract','insert',NULL,'{"record_id":"r2","reviewer":"Ada","stage":"title_abstract","decision":"include","reason":null,"note":null,"position":2}','2026-11-21T11:26:10.410Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(177,1,'screenings','r3|Ada|title_abstract','insert',NULL,'{"record_id":"r3","reviewer":"Ada","stage":"title_abstract","decision":"exclude","reason":"not_quantization","note":null,"position":3}','2026-11-21T11:26:10.410Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(178,1,'search_purposes','q1','insert',NULL,'{"query_id":"q1","purpose":"new studies","position":1}','2026-11-21T11:26:10.410Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(179,1,'studies','s1','insert',NULL,'{"study_id":"s1","record_id":"r1","title":"One","authors":null,"year":2024,"venue":null,"publication_type":"journal","doi":null,"arxiv_id":null,"url":null,"text_basis":"full_text","extracted_by":"Ada;Grace","extraction_conflicts":null,"notes":null,"position":1}','2026-11-21T11:26:10.410Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(180,1,'studies','s2','insert',NULL,'{"study_id":"s2","record_id":"r2","title":"Two, with comma","authors":null,"year":null,"venue":null,"publication_type":"preprint","doi":null,"arxiv_id":null,"url":null,"text_basis":null,"extracted_by":null,"extraction_conflicts":null,"notes":null,"position":2}','2026-11-21T11:26:10.410Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(181,1,'comparisons','s1-01','insert',NULL,'{"comparison_id":"s1-01","origin":"reported","study_id":"s1","run_id":null,"arm":"int8, all layers","technique":"ptq","weight_bits":"8","activation_bits":null,"architecture":null,"dataset":null,"device":null,"outcome":"accuracy","unit":"percent","baseline_value":"91.50","quantized_value":"91.0","change_kind":"difference","change_value":"-0.50","bound":"exact","n_test":200,"control":"clean","locator":null,"source_url":null,"as_printed":"91.50 to 91.0","extracted_by":null,"notes":null,"verification":"not_seen_again","split":null,"granularity":null,"symmetry":null,"calibration":null,"fallback_ops":null,"execution":null,"discordant_gained":null,"discordant_lost":null,"baseline_sd":null,"quantized_sd":null,"arm_key":null,"baseline_key":null,"position":1}','2026-11-21T11:26:10.412Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(182,1,'comparisons','s2-01','insert',NULL,'{"comparison_id":"s2-01","origin":"reported","study_id":"s2","run_id":null,"arm":"int8","technique":null,"weight_bits":null,"activation_bits":null,"architecture":null,"dataset":null,"device":null,"outcome":"size","unit":"MB","baseline_value":null,"quantized_value":null,"change_kind":"none","change_value":null,"bound":"exact","n_test":null,"control":"unclear","locator":null,"source_url":null,"as_printed":null,"extracted_by":null,"notes":null,"verification":"unverified","split":null,"granularity":null,"symmetry":null,"calibration":null,"fallback_ops":null,"execution":null,"discordant_gained":null,"discordant_lost":null,"baseline_sd":null,"quantized_sd":null,"arm_key":null,"baseline_key":null,"position":2}','2026-11-21T11:26:10.412Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(183,1,'study_values','s1|modality','insert',NULL,'{"study_id":"s1","variable":"modality","value":"mri","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T11:26:10.412Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(184,1,'study_values','s1|technique','insert',NULL,'{"study_id":"s1","variable":"technique","value":"ptq;qat","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T11:26:10.412Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(185,1,'study_values','s2|n_images_total','insert',NULL,'{"study_id":"s2","variable":"n_images_total","value":"0","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T11:26:10.412Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(186,1,'study_values','s2|technique','insert',NULL,'{"study_id":"s2","variable":"technique","value":"ptq","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T11:26:10.413Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(187,1,'study_values','s2|weight_bits','insert',NULL,'{"study_id":"s2","variable":"weight_bits","value":"8;16f","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":null}','2026-11-21T11:26:10.413Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(188,1,'double_extractions','s1-01|change','insert',NULL,'{"comparison_id":"s1-01","field":"change","agree":"yes","position":1}','2026-11-21T11:26:10.413Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(189,1,'second_readings','1','insert',NULL,'{"position":1,"comparison_id":"s1-01","outcome":null,"verdict":"not_seen_again","value_seen":null,"source_url":null,"locator":null,"note":null}','2026-11-21T11:26:10.413Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(190,1,'extraction_votes','s1-01|change|Ada','insert',NULL,'{"comparison_id":"s1-01","field":"change","reviewer":"Ada","value":"half a point"}','2026-11-21T11:26:10.414Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(191,1,'extraction_votes','s1-01|change|Lovelace, G.','insert',NULL,'{"comparison_id":"s1-01","field":"change","reviewer":"Lovelace, G.","value":"0.5"}','2026-11-21T11:26:10.414Z','loader','medquant db load: 2026.0');
INSERT INTO "history" VALUES(192,2,'comparisons','s1-01','update','{"comparison_id":"s1-01","origin":"reported","study_id":"s1","run_id":null,"arm":"int8, all layers","technique":"ptq","weight_bits":"8","activation_bits":null,"architecture":null,"dataset":null,"device":null,"outcome":"accuracy","unit":"percent","baseline_value":"91.50","quantized_value":"91.0","change_kind":"difference","change_value":"-0.50","bound":"exact","n_test":200,"control":"clean","locator":null,"source_url":null,"as_printed":"91.50 to 91.0","extracted_by":null,"notes":null,"verification":"not_seen_again","split":null,"granularity":null,"symmetry":null,"calibration":null,"fallback_ops":null,"execution":null,"discordant_gained":null,"discordant_lost":null,"baseline_sd":null,"quantized_sd":null,"arm_key":null,"baseline_key":null,"position":1}','{"comparison_id":"s1-01","origin":"reported","study_id":"s1","run_id":null,"arm":"int8, all layers","technique":"ptq","weight_bits":"8","activation_bits":null,"architecture":null,"dataset":null,"device":null,"outcome":"accuracy","unit":"percent","baseline_value":"91.50","quantized_value":"91.0","change_kind":"difference","change_value":"-0.50","bound":"exact","n_test":200,"control":"clean","locator":null,"source_url":null,"as_printed":"91.50 to 91.0","extracted_by":null,"notes":null,"verification":"confirmed","split":null,"granularity":null,"symmetry":null,"calibration":null,"fallback_ops":null,"execution":null,"discordant_gained":null,"discordant_lost":null,"baseline_sd":null,"quantized_sd":null,"arm_key":null,"baseline_key":null,"position":1}','2026-11-21T11:26:10.427Z','ana','seen again');
INSERT INTO "history" VALUES(193,2,'study_values','s2|task','insert',NULL,'{"study_id":"s2","variable":"task","value":"classification","as_printed":null,"locator":null,"source_url":null,"extracted_by":null,"extracted_on":null,"verification":"confirmed"}','2026-11-21T11:26:10.427Z','ana','seen again');
INSERT INTO "history" VALUES(194,3,'pair_decisions','A|A1|A|A2','insert',NULL,'{"theme_a":"A","raw_record_id_a":"A1","theme_b":"A","raw_record_id_b":"A2","decision":"different","decided_by":"ben","decided_on":"2026-11-20","reason":"other data","position":1}','2026-11-21T11:26:10.435Z','ben','one work?');
INSERT INTO "history" VALUES(195,3,'appraisals','s1|probast_ai|1|overall|ana','insert',NULL,'{"target":"s1","study_id":"s1","comparison_id":null,"tool":"probast_ai","tool_version":"1","item":"overall","appraiser":"ana","answer":null,"judgement":"unclear","applicability":null,"reason":"few images","locator":null,"judged_on":"2026-11-20","position":1}','2026-11-21T11:26:10.436Z','ben','one work?');
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
INSERT INTO "identified" VALUES('B','B1',NULL,NULL,NULL,NULL,NULL,NULL,'other index','r1',NULL,4);
CREATE TABLE image_sets (
	set_id TEXT NOT NULL, 
	dataset TEXT NOT NULL, 
	split TEXT NOT NULL, 
	part TEXT NOT NULL, 
	synthetic BOOLEAN DEFAULT 0 NOT NULL, 
	n INTEGER NOT NULL, 
	classes TEXT, 
	labels TEXT NOT NULL, 
	images TEXT NOT NULL, 
	facts JSON, 
	CONSTRAINT pk_image_sets PRIMARY KEY (set_id)
);
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
INSERT INTO "outcomes" VALUES('accuracy','Accuracy','higher','difference','share of test cases classified correctly',1);
INSERT INTO "outcomes" VALUES('f1','F1 score','higher','difference','harmonic mean of precision and recall',2);
INSERT INTO "outcomes" VALUES('auc','AUC','higher','difference','area under the receiver operating characteristic curve',3);
INSERT INTO "outcomes" VALUES('sensitivity','Sensitivity','higher','difference','share of positive cases found',4);
INSERT INTO "outcomes" VALUES('specificity','Specificity','higher','difference','share of negative cases recognised',5);
INSERT INTO "outcomes" VALUES('precision','Precision','higher','difference','share of positive calls that are right',6);
INSERT INTO "outcomes" VALUES('dice','Dice','higher','difference','overlap of predicted and reference region',7);
INSERT INTO "outcomes" VALUES('iou','IoU','higher','difference','intersection over union of predicted and reference region',8);
INSERT INTO "outcomes" VALUES('hd95','HD95','lower','log_ratio','95th percentile of the Hausdorff distance',9);
INSERT INTO "outcomes" VALUES('map','mAP','higher','difference','mean average precision of detection',10);
INSERT INTO "outcomes" VALUES('psnr','PSNR','higher','none','peak signal-to-noise ratio',11);
INSERT INTO "outcomes" VALUES('ssim','SSIM','higher','difference','structural similarity',12);
INSERT INTO "outcomes" VALUES('kappa','Kappa','higher','difference','chance-corrected agreement with the reference',13);
INSERT INTO "outcomes" VALUES('size','Model size','lower','log_ratio','size of the stored model',14);
INSERT INTO "outcomes" VALUES('latency','Latency','lower','log_ratio','time for one inference',15);
INSERT INTO "outcomes" VALUES('throughput','Throughput','higher','log_ratio','inferences per time',16);
INSERT INTO "outcomes" VALUES('memory','Memory','lower','log_ratio','memory needed for inference or parameters',17);
INSERT INTO "outcomes" VALUES('energy','Energy','lower','log_ratio','energy for one inference',18);
INSERT INTO "outcomes" VALUES('power','Power','lower','log_ratio','power drawn during inference',19);
INSERT INTO "outcomes" VALUES('params','Parameters','lower','log_ratio','number of parameters',20);
INSERT INTO "outcomes" VALUES('flops','Operations','lower','log_ratio','number of arithmetic operations',21);
INSERT INTO "outcomes" VALUES('other','Other','neither','none','an outcome outside the protocol',22);
CREATE TABLE pair_decisions (
	theme_a TEXT NOT NULL, 
	raw_record_id_a TEXT NOT NULL, 
	theme_b TEXT NOT NULL, 
	raw_record_id_b TEXT NOT NULL, 
	decision VARCHAR(32) NOT NULL, 
	decided_by TEXT NOT NULL, 
	decided_on DATE NOT NULL, 
	reason TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_pair_decisions PRIMARY KEY (theme_a, raw_record_id_a, theme_b, raw_record_id_b), 
	CONSTRAINT ck_pair_decisions_two_hits CHECK (theme_a <> theme_b OR raw_record_id_a <> raw_record_id_b), 
	CONSTRAINT fk_pair_decisions_hit_a FOREIGN KEY(theme_a, raw_record_id_a) REFERENCES identified (theme, raw_record_id), 
	CONSTRAINT fk_pair_decisions_hit_b FOREIGN KEY(theme_b, raw_record_id_b) REFERENCES identified (theme, raw_record_id), 
	CONSTRAINT ck_pair_decisions_sameness CHECK (decision IN ('same', 'different'))
);
INSERT INTO "pair_decisions" VALUES('A','A1','A','A2','different','ben','2026-11-20','other data',1);
CREATE TABLE predictions (
	run_id TEXT NOT NULL, 
	arm TEXT NOT NULL, 
	set_id TEXT NOT NULL, 
	classes TEXT NOT NULL, 
	CONSTRAINT pk_predictions PRIMARY KEY (run_id, arm, set_id), 
	CONSTRAINT fk_predictions_run_id FOREIGN KEY(run_id) REFERENCES runs (run_id), 
	CONSTRAINT fk_predictions_set_id FOREIGN KEY(set_id) REFERENCES image_sets (set_id)
);
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
INSERT INTO "records" VALUES('r1','One',NULL,2024,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "records" VALUES('r2','Two, with comma',NULL,NULL,'10.1000/two',NULL,NULL,NULL,NULL,NULL,NULL,NULL,2);
INSERT INTO "records" VALUES('r3','Three
lines "quoted"',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,3);
CREATE TABLE release_files (
	release_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	header TEXT NOT NULL, 
	CONSTRAINT pk_release_files PRIMARY KEY (release_id, name), 
	CONSTRAINT fk_release_files_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
INSERT INTO "release_files" VALUES(1,'searches.csv','7037a4c1e6fb5cad0717a871f4849401692cba6f64bbe4e178987f3c0c30e287','query_id,reviewer,query,corpus,date,results_returned');
INSERT INTO "release_files" VALUES(1,'lookup_purposes.csv','258ec52461c7d45146d6cafddc53ff15f4a0eb91dc0371780829db1722b6148a','query_id,purpose');
INSERT INTO "release_files" VALUES(1,'records.csv','38421390b19f9b75e46c34d66ea1218deff4ea7030feb5418bb754e368328617','record_id,title,authors,year,doi,arxiv_id,url,other_urls,first_found_by_query,found_in_source,dedup_note');
INSERT INTO "release_files" VALUES(1,'identified.csv','86455e466596dd418131fe37fc241cb31b14d83867ab0c9e7f0707cf6abae9cc','theme,raw_record_id,title,year,url,doi,arxiv_id,query,source,record_id');
INSERT INTO "release_files" VALUES(1,'screenings.csv','024d67cf0fe5546dd72f347053de767872ee0666e19e3454522e4891cadab3b4','record_id,reviewer,stage,decision,reason,note');
INSERT INTO "release_files" VALUES(1,'studies.csv','5760573e1f30dc005b07bf8b5a9441b220aaa77ed80d6dce1c63bad445bbd1dc','study_id,record_id,title,authors,year,venue,publication_type,doi,arxiv_id,url,country,modality,anatomy,task,datasets,n_images_total,architectures,architecture_family,technique,co_compression,weight_bits,activation_bits,framework,environment,devices,code_url,reports_energy,reports_cost,reports_pacs_ris,reports_lifecycle,reports_regulatory,prospective_or_clinical_use,privacy,text_basis,extracted_by,extraction_conflicts,notes');
INSERT INTO "release_files" VALUES(1,'comparisons.csv','1e3c7153e8c2ada6050a7fff4f57d3ec66313e08f96f9afb229d35bd17816dec','comparison_id,study_id,arm,technique,weight_bits,activation_bits,architecture,dataset,device,outcome,unit,baseline_value,quantized_value,change_kind,change_value,bound,n_test,control,locator,source_url,as_printed,extracted_by,notes,verification');
INSERT INTO "release_files" VALUES(1,'double_extraction.csv','ed270d83e7b00da6f645e7eddbda73aae29d081f4c6a8dd60451cd3dd6fa4ec5','comparison_id,study_id,arm,outcome,field,value_Ada,"value_Lovelace, G.",n_reviewers,agree');
INSERT INTO "release_files" VALUES(1,'verification.csv','408bf6ea428252d321d413be56f2fb21c556f7a0c13fa20e412745dd41ca43ba','comparison_id,outcome,verdict,value_seen,source_url,locator,note');
INSERT INTO "release_files" VALUES(1,'corrections.csv','cf39d8ccf74dcf26856dd549e9cf5874162b7a95cdaa51c47a856860b099f358','kind,id,field,old,new,reason');
INSERT INTO "release_files" VALUES(1,'record_agreement.csv','792ce3d5373b432522abb59ed73e9dd001cfbbe615c76195ee2f0a2236881dbc','pair,records_judged_by_both,both_include,both_exclude,disagree,raw_agreement,cohen_kappa');
INSERT INTO "release_files" VALUES(1,'field_agreement.csv','9c7da8140da0dea1d7684d73451d3fce1f0da701c4750ea3a1a95644b859d4e0','field,studies,reviewer_pairs,identical,share');
INSERT INTO "release_files" VALUES(1,'adjudication_lookups.csv','8e5f7f2d056d4da013e01233f828b60c12cb72345ae884e0e010d5bb77480a1c','n,query,corpus,purpose,outcome');
INSERT INTO "release_files" VALUES(1,'review_facts.csv','800d791968170adb25d9f1278e400a9810feff9d0dd0f7f0036cc77bcaf62270','fact,value,source');
CREATE TABLE "releases" (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	loaded_at DATETIME NOT NULL, 
	history_id INTEGER NOT NULL, 
	description TEXT, 
	about JSON, 
	CONSTRAINT pk_releases PRIMARY KEY (id)
);
INSERT INTO "releases" VALUES(1,'2026.0','18f5243bae6c5682e18df18ef8f77a99713398d29317250ed84ad63b81d9ad5b','2026-11-21 11:26:10.415263',191,NULL,'{"release": "2026.0", "title": "A small corpus"}');
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
CREATE TABLE "runs" (
	run_id TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	state VARCHAR(32) NOT NULL, 
	seed INTEGER, 
	environment_id TEXT, 
	fingerprint JSON, 
	started_at DATETIME, 
	finished_at DATETIME, 
	error TEXT, 
	case_hash TEXT, 
	dataset TEXT, 
	split TEXT, 
	synthetic BOOLEAN DEFAULT 0 NOT NULL, 
	log TEXT, 
	CONSTRAINT pk_runs PRIMARY KEY (run_id), 
	CONSTRAINT ck_runs_done_has_an_end CHECK (state <> 'done' OR finished_at IS NOT NULL), 
	CONSTRAINT ck_runs_run_state CHECK (state IN ('planned', 'leased', 'done', 'failed')), 
	CONSTRAINT fk_runs_environment_id FOREIGN KEY(environment_id) REFERENCES environments (environment_id), 
	CONSTRAINT ck_runs_failed_says_why CHECK (state <> 'failed' OR error IS NOT NULL), 
	CONSTRAINT fk_runs_case_hash FOREIGN KEY(case_hash) REFERENCES cases (case_hash)
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
INSERT INTO "search_purposes" VALUES('q1','new studies',1);
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
INSERT INTO "searches" VALUES('q1','Ada','int8; heart','index','2026-01-31',0,1);
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
INSERT INTO "second_readings" VALUES(1,'s1-01',NULL,'not_seen_again',NULL,NULL,NULL,NULL);
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
INSERT INTO "studies" VALUES('s1','r1','One',NULL,2024,NULL,'journal',NULL,NULL,NULL,'full_text','Ada;Grace',NULL,NULL,1);
INSERT INTO "studies" VALUES('s2','r2','Two, with comma',NULL,NULL,NULL,'preprint',NULL,NULL,NULL,NULL,NULL,NULL,NULL,2);
CREATE TABLE study_groups (
	study_id TEXT NOT NULL, 
	"group" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_study_groups PRIMARY KEY (study_id), 
	CONSTRAINT fk_study_groups_study_id FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
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
INSERT INTO "study_values" VALUES('s1','technique','ptq;qat',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "study_values" VALUES('s2','n_images_total','0',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "study_values" VALUES('s2','technique','ptq',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "study_values" VALUES('s2','weight_bits','8;16f',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "study_values" VALUES('s2','task','classification',NULL,NULL,NULL,NULL,NULL,'confirmed');
CREATE TABLE terms (
	vocabulary TEXT NOT NULL, 
	code TEXT NOT NULL, 
	label TEXT NOT NULL, 
	definition TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_terms PRIMARY KEY (vocabulary, code)
);
INSERT INTO "terms" VALUES('publication_type','journal','journal article',NULL,1);
INSERT INTO "terms" VALUES('publication_type','conference','conference paper',NULL,2);
INSERT INTO "terms" VALUES('publication_type','preprint','preprint',NULL,3);
INSERT INTO "terms" VALUES('publication_type','thesis','thesis',NULL,4);
INSERT INTO "terms" VALUES('publication_type','unknown','unknown','the text seen does not tell',5);
INSERT INTO "terms" VALUES('modality','mri','MRI','magnetic resonance imaging',6);
INSERT INTO "terms" VALUES('modality','ct','CT','computed tomography',7);
INSERT INTO "terms" VALUES('modality','xray','X-ray','projection radiography except mammography',8);
INSERT INTO "terms" VALUES('modality','mammography','mammography',NULL,9);
INSERT INTO "terms" VALUES('modality','ultrasound','ultrasound',NULL,10);
INSERT INTO "terms" VALUES('modality','fundus','fundus photography',NULL,11);
INSERT INTO "terms" VALUES('modality','oct','OCT','optical coherence tomography',12);
INSERT INTO "terms" VALUES('modality','histopathology','histopathology','tissue slides',13);
INSERT INTO "terms" VALUES('modality','cytology','cytology','cell smears',14);
INSERT INTO "terms" VALUES('modality','dermoscopy','dermoscopy',NULL,15);
INSERT INTO "terms" VALUES('modality','clinical_photo','clinical photograph',NULL,16);
INSERT INTO "terms" VALUES('modality','endoscopy','endoscopy',NULL,17);
INSERT INTO "terms" VALUES('modality','pet','PET','positron emission tomography',18);
INSERT INTO "terms" VALUES('modality','microscopy','microscopy','patient samples under the microscope',19);
INSERT INTO "terms" VALUES('modality','multi','several','several kinds of image that are not named one by one',20);
INSERT INTO "terms" VALUES('modality','other','other',NULL,21);
INSERT INTO "terms" VALUES('task','classification','classification',NULL,22);
INSERT INTO "terms" VALUES('task','segmentation','segmentation',NULL,23);
INSERT INTO "terms" VALUES('task','detection','detection',NULL,24);
INSERT INTO "terms" VALUES('task','registration','registration',NULL,25);
INSERT INTO "terms" VALUES('task','reconstruction','reconstruction',NULL,26);
INSERT INTO "terms" VALUES('task','denoising','denoising',NULL,27);
INSERT INTO "terms" VALUES('task','super_resolution','super-resolution',NULL,28);
INSERT INTO "terms" VALUES('task','synthesis','synthesis',NULL,29);
INSERT INTO "terms" VALUES('task','retrieval','retrieval',NULL,30);
INSERT INTO "terms" VALUES('task','vqa','question answering','answering questions about images',31);
INSERT INTO "terms" VALUES('task','other','other',NULL,32);
INSERT INTO "terms" VALUES('architecture_family','cnn','CNN','convolutional neural network',33);
INSERT INTO "terms" VALUES('architecture_family','lightweight_cnn','lightweight CNN','convolutional network made for small machines',34);
INSERT INTO "terms" VALUES('architecture_family','transformer','transformer',NULL,35);
INSERT INTO "terms" VALUES('architecture_family','lightweight_transformer','lightweight transformer','transformer made for small machines',36);
INSERT INTO "terms" VALUES('architecture_family','hybrid','hybrid','convolution and attention together',37);
INSERT INTO "terms" VALUES('architecture_family','linear_complexity','linear complexity','state space or linear attention',38);
INSERT INTO "terms" VALUES('architecture_family','vlm_llm','language model','vision-language or language model',39);
INSERT INTO "terms" VALUES('architecture_family','gan','GAN','generative adversarial network',40);
INSERT INTO "terms" VALUES('architecture_family','diffusion','diffusion','diffusion model',41);
INSERT INTO "terms" VALUES('architecture_family','other','other',NULL,42);
INSERT INTO "terms" VALUES('technique','ptq','PTQ','post-training quantization',43);
INSERT INTO "terms" VALUES('technique','qat','QAT','quantization-aware training',44);
INSERT INTO "terms" VALUES('technique','mixed_precision','mixed precision','several bit widths in one network; half precision too',45);
INSERT INTO "terms" VALUES('technique','low_bit','low-bit','an arm at 4 bits or less',46);
INSERT INTO "terms" VALUES('technique','fixed_point','fixed point','fixed-point arithmetic in hardware',47);
INSERT INTO "terms" VALUES('technique','unspecified','unspecified','quantized in a way that the text seen does not name',48);
INSERT INTO "terms" VALUES('co_compression','pruning','pruning',NULL,49);
INSERT INTO "terms" VALUES('co_compression','distillation','distillation','knowledge distillation',50);
INSERT INTO "terms" VALUES('co_compression','low_rank','low rank','low-rank factorization',51);
INSERT INTO "terms" VALUES('co_compression','nas','architecture search','neural architecture search',52);
INSERT INTO "terms" VALUES('co_compression','weight_sharing','weight sharing',NULL,53);
INSERT INTO "terms" VALUES('co_compression','federated','federated','federated training',54);
INSERT INTO "terms" VALUES('co_compression','none','none','quantization alone',55);
INSERT INTO "terms" VALUES('framework','pytorch','PyTorch',NULL,56);
INSERT INTO "terms" VALUES('framework','tensorflow','TensorFlow',NULL,57);
INSERT INTO "terms" VALUES('framework','tflite','TensorFlow Lite','LiteRT included',58);
INSERT INTO "terms" VALUES('framework','keras','Keras',NULL,59);
INSERT INTO "terms" VALUES('framework','tensorrt','TensorRT',NULL,60);
INSERT INTO "terms" VALUES('framework','onnxruntime','ONNX Runtime',NULL,61);
INSERT INTO "terms" VALUES('framework','openvino','OpenVINO',NULL,62);
INSERT INTO "terms" VALUES('framework','vitis_ai','Vitis AI',NULL,63);
INSERT INTO "terms" VALUES('framework','coreml','Core ML',NULL,64);
INSERT INTO "terms" VALUES('framework','hls4ml','hls4ml',NULL,65);
INSERT INTO "terms" VALUES('framework','other','other',NULL,66);
INSERT INTO "terms" VALUES('framework','not_reported','not reported','the text seen does not tell',67);
INSERT INTO "terms" VALUES('environment','server_gpu','server GPU',NULL,68);
INSERT INTO "terms" VALUES('environment','desktop_cpu','desktop CPU',NULL,69);
INSERT INTO "terms" VALUES('environment','mobile','mobile','phone or tablet',70);
INSERT INTO "terms" VALUES('environment','edge_gpu','edge GPU',NULL,71);
INSERT INTO "terms" VALUES('environment','edge_cpu','edge CPU',NULL,72);
INSERT INTO "terms" VALUES('environment','mcu','microcontroller',NULL,73);
INSERT INTO "terms" VALUES('environment','fpga','FPGA',NULL,74);
INSERT INTO "terms" VALUES('environment','asic','ASIC',NULL,75);
INSERT INTO "terms" VALUES('environment','edge_tpu_npu','edge TPU or NPU',NULL,76);
INSERT INTO "terms" VALUES('environment','cloud','cloud',NULL,77);
INSERT INTO "terms" VALUES('environment','simulation','simulation','reduced precision was only simulated',78);
INSERT INTO "terms" VALUES('environment','not_reported','not reported','the text seen does not tell',79);
INSERT INTO "terms" VALUES('answer','yes','yes',NULL,80);
INSERT INTO "terms" VALUES('answer','no','not mentioned','not mentioned in the text seen',81);
INSERT INTO "terms" VALUES('answer','unclear','unclear',NULL,82);
INSERT INTO "terms" VALUES('text_basis','abstract','abstract',NULL,83);
INSERT INTO "terms" VALUES('text_basis','abstract+part_of_full_text','abstract and part of the full text',NULL,84);
INSERT INTO "terms" VALUES('text_basis','full_text','full text',NULL,85);
INSERT INTO "terms" VALUES('text_basis','readme','repository README',NULL,86);
INSERT INTO "terms" VALUES('exclusion_reason','not_quantization','not quantization','no quantization of the network itself',87);
INSERT INTO "terms" VALUES('exclusion_reason','not_medical_images','not medical images','no images of patients or patient samples',88);
INSERT INTO "terms" VALUES('exclusion_reason','review_or_survey','review or survey',NULL,89);
INSERT INTO "terms" VALUES('exclusion_reason','not_primary_or_no_result','no primary result','no primary study or no result of the quantized network',90);
INSERT INTO "terms" VALUES('exclusion_reason','insufficient_text','text too short','the text seen is too short to judge',91);
INSERT INTO "terms" VALUES('unit','percent','%',NULL,92);
INSERT INTO "terms" VALUES('unit','fraction','fraction','0 to 1',93);
INSERT INTO "terms" VALUES('unit','MB','MB',NULL,94);
INSERT INTO "terms" VALUES('unit','KB','kB',NULL,95);
INSERT INTO "terms" VALUES('unit','GB','GB',NULL,96);
INSERT INTO "terms" VALUES('unit','ms','ms',NULL,97);
INSERT INTO "terms" VALUES('unit','s','s',NULL,98);
INSERT INTO "terms" VALUES('unit','us','µs',NULL,99);
INSERT INTO "terms" VALUES('unit','fps','frames per second',NULL,100);
INSERT INTO "terms" VALUES('unit','mJ','mJ',NULL,101);
INSERT INTO "terms" VALUES('unit','W','W',NULL,102);
INSERT INTO "terms" VALUES('unit','GOPS/J','GOPS/J','larger is better',103);
INSERT INTO "terms" VALUES('unit','M','million',NULL,104);
INSERT INTO "terms" VALUES('unit','ratio','ratio','quantized / baseline',105);
INSERT INTO "terms" VALUES('unit','other','other',NULL,106);
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
INSERT INTO "variables" VALUES('study_id','Study','first author and year, -nd where no year was seen','text','no',NULL,'this project',1);
INSERT INTO "variables" VALUES('record_id','Record','the record that the study was included from','text','no',NULL,'PRISMA 2020',2);
INSERT INTO "variables" VALUES('title','Title','title of the publication','text','no',NULL,'PRISMA 2020 item 17',3);
INSERT INTO "variables" VALUES('authors','Authors','authors as printed','text','yes',NULL,'PRISMA 2020 item 17',4);
INSERT INTO "variables" VALUES('year','Year','year of publication','year','no',NULL,'PRISMA 2020 item 17',5);
INSERT INTO "variables" VALUES('venue','Venue','journal, conference or repository','text','no',NULL,'PRISMA 2020 item 17',6);
INSERT INTO "variables" VALUES('publication_type','Publication type','kind of publication','code','no','publication_type','this project',7);
INSERT INTO "variables" VALUES('doi','DOI','digital object identifier','doi','no',NULL,'PRISMA 2020 item 17',8);
INSERT INTO "variables" VALUES('arxiv_id','arXiv','arXiv identifier','text','no',NULL,'this project',9);
INSERT INTO "variables" VALUES('url','Address','address of the text that was read','url','no',NULL,'this project',10);
INSERT INTO "variables" VALUES('country','Country','country of the first authors','text','yes',NULL,'this project',11);
INSERT INTO "variables" VALUES('modality','Imaging modality','kind of image','code','yes','modality','Technologies 14(1):76, relations studied',12);
INSERT INTO "variables" VALUES('anatomy','Anatomy','body part','text','yes',NULL,'this project',13);
INSERT INTO "variables" VALUES('task','Task','what the network does','code','yes','task','this project',14);
INSERT INTO "variables" VALUES('datasets','Data sets','data sets named','text','yes',NULL,'this project',15);
INSERT INTO "variables" VALUES('n_images_total','Images','number of images in all','integer','no',NULL,'this project',16);
INSERT INTO "variables" VALUES('architectures','Networks','networks named','text','yes',NULL,'this project',17);
INSERT INTO "variables" VALUES('architecture_family','Architecture family','family of network','code','yes','architecture_family','Technologies 14(1):76, relations studied; arXiv 2602.00910, taxonomy',18);
INSERT INTO "variables" VALUES('technique','Quantization technique','how precision was reduced','code','yes','technique','Technologies 14(1):76, categories of technique',19);
INSERT INTO "variables" VALUES('co_compression','Further compression','compression used beside quantization','code','yes','co_compression','arXiv 2602.00910, compression strategies',20);
INSERT INTO "variables" VALUES('weight_bits','Weight bits','bits of the weights','bits','yes',NULL,'this project',21);
INSERT INTO "variables" VALUES('activation_bits','Activation bits','bits of the activations','bits','yes',NULL,'this project',22);
INSERT INTO "variables" VALUES('framework','Framework','software that quantized or ran the network','code','yes','framework','Technologies 14(1):76, frameworks',23);
INSERT INTO "variables" VALUES('environment','Execution environment','where the quantized network ran','code','yes','environment','Technologies 14(1):76, relations studied',24);
INSERT INTO "variables" VALUES('devices','Devices','devices named','text','yes',NULL,'this project',25);
INSERT INTO "variables" VALUES('code_url','Code','address of the code','url','yes',NULL,'this project',26);
INSERT INTO "variables" VALUES('reports_energy','Energy','is energy reported','code','no','answer','Technologies 14(1):76, limited attention',27);
INSERT INTO "variables" VALUES('reports_cost','Cost','is cost reported','code','no','answer','Technologies 14(1):76, limited attention',28);
INSERT INTO "variables" VALUES('reports_pacs_ris','PACS/RIS','is integration with PACS or RIS reported','code','no','answer','Technologies 14(1):76, limited attention',29);
INSERT INTO "variables" VALUES('reports_lifecycle','Lifecycle','is management of the model''s life reported','code','no','answer','Technologies 14(1):76, limited attention',30);
INSERT INTO "variables" VALUES('reports_regulatory','Regulation','is regulatory traceability reported','code','no','answer','Technologies 14(1):76, limited attention',31);
INSERT INTO "variables" VALUES('prospective_or_clinical_use','Clinical use','was the network used prospectively or in a clinic','code','no','answer','this project',32);
INSERT INTO "variables" VALUES('privacy','Privacy','is privacy a stated concern','code','no','answer','arXiv 2602.00910, barriers named',33);
INSERT INTO "variables" VALUES('text_basis','Text read','how much of the text was read','code','no','text_basis','this project',34);
INSERT INTO "variables" VALUES('extracted_by','Extracted by','reviewers who extracted the study','text','yes',NULL,'PRISMA 2020 item 9',35);
INSERT INTO "variables" VALUES('extraction_conflicts','Extraction conflicts','each reviewer''s code and the one kept','text','no',NULL,'PRISMA 2020 item 9',36);
INSERT INTO "variables" VALUES('notes','Notes','remarks of the reviewers','text','no',NULL,'this project',37);
CREATE INDEX ix_history_change ON history (change);
CREATE INDEX ix_history_table_name_row_key ON history (table_name, row_key);
CREATE INDEX ix_identified_record_id ON identified (record_id);
CREATE INDEX ix_studies_record_id ON studies (record_id);
CREATE INDEX ix_comparisons_outcome_control ON comparisons (outcome, control);
CREATE INDEX ix_comparisons_run_id ON comparisons (run_id);
CREATE INDEX ix_comparisons_study_id ON comparisons (study_id);
CREATE INDEX ix_second_readings_comparison_id ON second_readings (comparison_id);
CREATE INDEX ix_cases_case_id ON cases (case_id);
CREATE INDEX ix_runs_case_id ON runs (case_id);
CREATE INDEX ix_runs_case_hash ON runs (case_hash);
CREATE INDEX ix_appraisals_comparison_id ON appraisals (comparison_id);
CREATE INDEX ix_appraisals_study_id ON appraisals (study_id);
CREATE VIEW comparison_numbers AS
SELECT comparison_id, origin, study_id, run_id, outcome, unit, control,
       CAST(baseline_value AS DOUBLE PRECISION) AS baseline_value,
       CAST(quantized_value AS DOUBLE PRECISION) AS quantized_value,
       change_kind,
       CAST(change_value AS DOUBLE PRECISION) AS change_value,
       n_test
FROM comparisons;
CREATE TRIGGER history_acknowledgements_insert AFTER INSERT ON "acknowledgements" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'acknowledgements', NEW."code" || '|' || NEW."place", CASE WHEN (SELECT new FROM history WHERE table_name = 'acknowledgements' AND row_key = NEW."code" || '|' || NEW."place" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'acknowledgements' AND row_key = NEW."code" || '|' || NEW."place" ORDER BY id DESC LIMIT 1), json_object('code', NEW."code", 'place', NEW."place", 'reason', NEW."reason", 'accepted_by', NEW."accepted_by", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_acknowledgements_update AFTER UPDATE ON "acknowledgements" WHEN (OLD."code" IS NOT NEW."code" OR OLD."place" IS NOT NEW."place" OR OLD."reason" IS NOT NEW."reason" OR OLD."accepted_by" IS NOT NEW."accepted_by" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."code" IS NOT NEW."code" OR OLD."place" IS NOT NEW."place")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'acknowledgements', NEW."code" || '|' || NEW."place", 'update', json_object('code', OLD."code", 'place', OLD."place", 'reason', OLD."reason", 'accepted_by', OLD."accepted_by", 'position', OLD."position"), json_object('code', NEW."code", 'place', NEW."place", 'reason', NEW."reason", 'accepted_by', NEW."accepted_by", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_acknowledgements_rename AFTER UPDATE ON "acknowledgements" WHEN OLD."code" IS NOT NEW."code" OR OLD."place" IS NOT NEW."place"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'acknowledgements', OLD."code" || '|' || OLD."place", 'delete', json_object('code', OLD."code", 'place', OLD."place", 'reason', OLD."reason", 'accepted_by', OLD."accepted_by", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'acknowledgements', NEW."code" || '|' || NEW."place", 'insert', NULL, json_object('code', NEW."code", 'place', NEW."place", 'reason', NEW."reason", 'accepted_by', NEW."accepted_by", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_acknowledgements_delete AFTER DELETE ON "acknowledgements" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'acknowledgements', OLD."code" || '|' || OLD."place", 'delete', json_object('code', OLD."code", 'place', OLD."place", 'reason', OLD."reason", 'accepted_by', OLD."accepted_by", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_adjudication_lookups_insert AFTER INSERT ON "adjudication_lookups" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', NEW."n", CASE WHEN (SELECT new FROM history WHERE table_name = 'adjudication_lookups' AND row_key = NEW."n" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'adjudication_lookups' AND row_key = NEW."n" ORDER BY id DESC LIMIT 1), json_object('n', NEW."n", 'query', NEW."query", 'corpus', NEW."corpus", 'purpose', NEW."purpose", 'outcome', NEW."outcome", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_adjudication_lookups_update AFTER UPDATE ON "adjudication_lookups" WHEN (OLD."n" IS NOT NEW."n" OR OLD."query" IS NOT NEW."query" OR OLD."corpus" IS NOT NEW."corpus" OR OLD."purpose" IS NOT NEW."purpose" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."n" IS NOT NEW."n")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', NEW."n", 'update', json_object('n', OLD."n", 'query', OLD."query", 'corpus', OLD."corpus", 'purpose', OLD."purpose", 'outcome', OLD."outcome", 'position', OLD."position"), json_object('n', NEW."n", 'query', NEW."query", 'corpus', NEW."corpus", 'purpose', NEW."purpose", 'outcome', NEW."outcome", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_adjudication_lookups_rename AFTER UPDATE ON "adjudication_lookups" WHEN OLD."n" IS NOT NEW."n"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', OLD."n", 'delete', json_object('n', OLD."n", 'query', OLD."query", 'corpus', OLD."corpus", 'purpose', OLD."purpose", 'outcome', OLD."outcome", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'adjudication_lookups', NEW."n", 'insert', NULL, json_object('n', NEW."n", 'query', NEW."query", 'corpus', NEW."corpus", 'purpose', NEW."purpose", 'outcome', NEW."outcome", 'position', NEW."position"),
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
CREATE TRIGGER history_appraisals_insert AFTER INSERT ON "appraisals" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'appraisals', NEW."target" || '|' || NEW."tool" || '|' || NEW."tool_version" || '|' || NEW."item" || '|' || NEW."appraiser", CASE WHEN (SELECT new FROM history WHERE table_name = 'appraisals' AND row_key = NEW."target" || '|' || NEW."tool" || '|' || NEW."tool_version" || '|' || NEW."item" || '|' || NEW."appraiser" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'appraisals' AND row_key = NEW."target" || '|' || NEW."tool" || '|' || NEW."tool_version" || '|' || NEW."item" || '|' || NEW."appraiser" ORDER BY id DESC LIMIT 1), json_object('target', NEW."target", 'study_id', NEW."study_id", 'comparison_id', NEW."comparison_id", 'tool', NEW."tool", 'tool_version', NEW."tool_version", 'item', NEW."item", 'appraiser', NEW."appraiser", 'answer', NEW."answer", 'judgement', NEW."judgement", 'applicability', NEW."applicability", 'reason', NEW."reason", 'locator', NEW."locator", 'judged_on', NEW."judged_on", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_appraisals_update AFTER UPDATE ON "appraisals" WHEN (OLD."target" IS NOT NEW."target" OR OLD."study_id" IS NOT NEW."study_id" OR OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."tool" IS NOT NEW."tool" OR OLD."tool_version" IS NOT NEW."tool_version" OR OLD."item" IS NOT NEW."item" OR OLD."appraiser" IS NOT NEW."appraiser" OR OLD."answer" IS NOT NEW."answer" OR OLD."judgement" IS NOT NEW."judgement" OR OLD."applicability" IS NOT NEW."applicability" OR OLD."reason" IS NOT NEW."reason" OR OLD."locator" IS NOT NEW."locator" OR OLD."judged_on" IS NOT NEW."judged_on" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."target" IS NOT NEW."target" OR OLD."tool" IS NOT NEW."tool" OR OLD."tool_version" IS NOT NEW."tool_version" OR OLD."item" IS NOT NEW."item" OR OLD."appraiser" IS NOT NEW."appraiser")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'appraisals', NEW."target" || '|' || NEW."tool" || '|' || NEW."tool_version" || '|' || NEW."item" || '|' || NEW."appraiser", 'update', json_object('target', OLD."target", 'study_id', OLD."study_id", 'comparison_id', OLD."comparison_id", 'tool', OLD."tool", 'tool_version', OLD."tool_version", 'item', OLD."item", 'appraiser', OLD."appraiser", 'answer', OLD."answer", 'judgement', OLD."judgement", 'applicability', OLD."applicability", 'reason', OLD."reason", 'locator', OLD."locator", 'judged_on', OLD."judged_on", 'position', OLD."position"), json_object('target', NEW."target", 'study_id', NEW."study_id", 'comparison_id', NEW."comparison_id", 'tool', NEW."tool", 'tool_version', NEW."tool_version", 'item', NEW."item", 'appraiser', NEW."appraiser", 'answer', NEW."answer", 'judgement', NEW."judgement", 'applicability', NEW."applicability", 'reason', NEW."reason", 'locator', NEW."locator", 'judged_on', NEW."judged_on", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_appraisals_rename AFTER UPDATE ON "appraisals" WHEN OLD."target" IS NOT NEW."target" OR OLD."tool" IS NOT NEW."tool" OR OLD."tool_version" IS NOT NEW."tool_version" OR OLD."item" IS NOT NEW."item" OR OLD."appraiser" IS NOT NEW."appraiser"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'appraisals', OLD."target" || '|' || OLD."tool" || '|' || OLD."tool_version" || '|' || OLD."item" || '|' || OLD."appraiser", 'delete', json_object('target', OLD."target", 'study_id', OLD."study_id", 'comparison_id', OLD."comparison_id", 'tool', OLD."tool", 'tool_version', OLD."tool_version", 'item', OLD."item", 'appraiser', OLD."appraiser", 'answer', OLD."answer", 'judgement', OLD."judgement", 'applicability', OLD."applicability", 'reason', OLD."reason", 'locator', OLD."locator", 'judged_on', OLD."judged_on", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'appraisals', NEW."target" || '|' || NEW."tool" || '|' || NEW."tool_version" || '|' || NEW."item" || '|' || NEW."appraiser", 'insert', NULL, json_object('target', NEW."target", 'study_id', NEW."study_id", 'comparison_id', NEW."comparison_id", 'tool', NEW."tool", 'tool_version', NEW."tool_version", 'item', NEW."item", 'appraiser', NEW."appraiser", 'answer', NEW."answer", 'judgement', NEW."judgement", 'applicability', NEW."applicability", 'reason', NEW."reason", 'locator', NEW."locator", 'judged_on', NEW."judged_on", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_appraisals_delete AFTER DELETE ON "appraisals" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'appraisals', OLD."target" || '|' || OLD."tool" || '|' || OLD."tool_version" || '|' || OLD."item" || '|' || OLD."appraiser", 'delete', json_object('target', OLD."target", 'study_id', OLD."study_id", 'comparison_id', OLD."comparison_id", 'tool', OLD."tool", 'tool_version', OLD."tool_version", 'item', OLD."item", 'appraiser', OLD."appraiser", 'answer', OLD."answer", 'judgement', OLD."judgement", 'applicability', OLD."applicability", 'reason', OLD."reason", 'locator', OLD."locator", 'judged_on', OLD."judged_on", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_cases_insert AFTER INSERT ON "cases" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'cases', NEW."case_hash", CASE WHEN (SELECT new FROM history WHERE table_name = 'cases' AND row_key = NEW."case_hash" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'cases' AND row_key = NEW."case_hash" ORDER BY id DESC LIMIT 1), json_object('case_hash', NEW."case_hash", 'case_id', NEW."case_id", 'title', NEW."title", 'text', NEW."text"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_cases_update AFTER UPDATE ON "cases" WHEN (OLD."case_hash" IS NOT NEW."case_hash" OR OLD."case_id" IS NOT NEW."case_id" OR OLD."title" IS NOT NEW."title" OR OLD."text" IS NOT NEW."text") AND NOT (OLD."case_hash" IS NOT NEW."case_hash")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'cases', NEW."case_hash", 'update', json_object('case_hash', OLD."case_hash", 'case_id', OLD."case_id", 'title', OLD."title", 'text', OLD."text"), json_object('case_hash', NEW."case_hash", 'case_id', NEW."case_id", 'title', NEW."title", 'text', NEW."text"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_cases_rename AFTER UPDATE ON "cases" WHEN OLD."case_hash" IS NOT NEW."case_hash"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'cases', OLD."case_hash", 'delete', json_object('case_hash', OLD."case_hash", 'case_id', OLD."case_id", 'title', OLD."title", 'text', OLD."text"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'cases', NEW."case_hash", 'insert', NULL, json_object('case_hash', NEW."case_hash", 'case_id', NEW."case_id", 'title', NEW."title", 'text', NEW."text"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_cases_delete AFTER DELETE ON "cases" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'cases', OLD."case_hash", 'delete', json_object('case_hash', OLD."case_hash", 'case_id', OLD."case_id", 'title', OLD."title", 'text', OLD."text"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_claims_insert AFTER INSERT ON "claims" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'claims', NEW."case_hash" || '|' || NEW."position", CASE WHEN (SELECT new FROM history WHERE table_name = 'claims' AND row_key = NEW."case_hash" || '|' || NEW."position" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'claims' AND row_key = NEW."case_hash" || '|' || NEW."position" ORDER BY id DESC LIMIT 1), json_object('case_hash', NEW."case_hash", 'position', NEW."position", 'study_id', NEW."study_id", 'comparison_id', NEW."comparison_id", 'quantity', NEW."quantity", 'outcome', NEW."outcome", 'arm_key', NEW."arm_key", 'baseline_key', NEW."baseline_key", 'split', NEW."split", 'part', NEW."part", 'tolerance', CASE WHEN typeof(NEW."tolerance") = 'real' THEN json(printf('%!.17g', NEW."tolerance")) ELSE NEW."tolerance" END, 'comparable', NEW."comparable", 'statement', NEW."statement", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_claims_update AFTER UPDATE ON "claims" WHEN (OLD."case_hash" IS NOT NEW."case_hash" OR OLD."position" IS NOT NEW."position" OR OLD."study_id" IS NOT NEW."study_id" OR OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."quantity" IS NOT NEW."quantity" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."arm_key" IS NOT NEW."arm_key" OR OLD."baseline_key" IS NOT NEW."baseline_key" OR OLD."split" IS NOT NEW."split" OR OLD."part" IS NOT NEW."part" OR OLD."tolerance" IS NOT NEW."tolerance" OR OLD."comparable" IS NOT NEW."comparable" OR OLD."statement" IS NOT NEW."statement" OR OLD."reason" IS NOT NEW."reason") AND NOT (OLD."case_hash" IS NOT NEW."case_hash" OR OLD."position" IS NOT NEW."position")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'claims', NEW."case_hash" || '|' || NEW."position", 'update', json_object('case_hash', OLD."case_hash", 'position', OLD."position", 'study_id', OLD."study_id", 'comparison_id', OLD."comparison_id", 'quantity', OLD."quantity", 'outcome', OLD."outcome", 'arm_key', OLD."arm_key", 'baseline_key', OLD."baseline_key", 'split', OLD."split", 'part', OLD."part", 'tolerance', CASE WHEN typeof(OLD."tolerance") = 'real' THEN json(printf('%!.17g', OLD."tolerance")) ELSE OLD."tolerance" END, 'comparable', OLD."comparable", 'statement', OLD."statement", 'reason', OLD."reason"), json_object('case_hash', NEW."case_hash", 'position', NEW."position", 'study_id', NEW."study_id", 'comparison_id', NEW."comparison_id", 'quantity', NEW."quantity", 'outcome', NEW."outcome", 'arm_key', NEW."arm_key", 'baseline_key', NEW."baseline_key", 'split', NEW."split", 'part', NEW."part", 'tolerance', CASE WHEN typeof(NEW."tolerance") = 'real' THEN json(printf('%!.17g', NEW."tolerance")) ELSE NEW."tolerance" END, 'comparable', NEW."comparable", 'statement', NEW."statement", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_claims_rename AFTER UPDATE ON "claims" WHEN OLD."case_hash" IS NOT NEW."case_hash" OR OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'claims', OLD."case_hash" || '|' || OLD."position", 'delete', json_object('case_hash', OLD."case_hash", 'position', OLD."position", 'study_id', OLD."study_id", 'comparison_id', OLD."comparison_id", 'quantity', OLD."quantity", 'outcome', OLD."outcome", 'arm_key', OLD."arm_key", 'baseline_key', OLD."baseline_key", 'split', OLD."split", 'part', OLD."part", 'tolerance', CASE WHEN typeof(OLD."tolerance") = 'real' THEN json(printf('%!.17g', OLD."tolerance")) ELSE OLD."tolerance" END, 'comparable', OLD."comparable", 'statement', OLD."statement", 'reason', OLD."reason"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'claims', NEW."case_hash" || '|' || NEW."position", 'insert', NULL, json_object('case_hash', NEW."case_hash", 'position', NEW."position", 'study_id', NEW."study_id", 'comparison_id', NEW."comparison_id", 'quantity', NEW."quantity", 'outcome', NEW."outcome", 'arm_key', NEW."arm_key", 'baseline_key', NEW."baseline_key", 'split', NEW."split", 'part', NEW."part", 'tolerance', CASE WHEN typeof(NEW."tolerance") = 'real' THEN json(printf('%!.17g', NEW."tolerance")) ELSE NEW."tolerance" END, 'comparable', NEW."comparable", 'statement', NEW."statement", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_claims_delete AFTER DELETE ON "claims" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'claims', OLD."case_hash" || '|' || OLD."position", 'delete', json_object('case_hash', OLD."case_hash", 'position', OLD."position", 'study_id', OLD."study_id", 'comparison_id', OLD."comparison_id", 'quantity', OLD."quantity", 'outcome', OLD."outcome", 'arm_key', OLD."arm_key", 'baseline_key', OLD."baseline_key", 'split', OLD."split", 'part', OLD."part", 'tolerance', CASE WHEN typeof(OLD."tolerance") = 'real' THEN json(printf('%!.17g', OLD."tolerance")) ELSE OLD."tolerance" END, 'comparable', OLD."comparable", 'statement', OLD."statement", 'reason', OLD."reason"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_insert AFTER INSERT ON "comparisons" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', NEW."comparison_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'comparisons' AND row_key = NEW."comparison_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'comparisons' AND row_key = NEW."comparison_id" ORDER BY id DESC LIMIT 1), json_object('comparison_id', NEW."comparison_id", 'origin', NEW."origin", 'study_id', NEW."study_id", 'run_id', NEW."run_id", 'arm', NEW."arm", 'technique', NEW."technique", 'weight_bits', NEW."weight_bits", 'activation_bits', NEW."activation_bits", 'architecture', NEW."architecture", 'dataset', NEW."dataset", 'device', NEW."device", 'outcome', NEW."outcome", 'unit', NEW."unit", 'baseline_value', NEW."baseline_value", 'quantized_value', NEW."quantized_value", 'change_kind', NEW."change_kind", 'change_value', NEW."change_value", 'bound', NEW."bound", 'n_test', NEW."n_test", 'control', NEW."control", 'locator', NEW."locator", 'source_url', NEW."source_url", 'as_printed', NEW."as_printed", 'extracted_by', NEW."extracted_by", 'notes', NEW."notes", 'verification', NEW."verification", 'split', NEW."split", 'granularity', NEW."granularity", 'symmetry', NEW."symmetry", 'calibration', NEW."calibration", 'fallback_ops', NEW."fallback_ops", 'execution', NEW."execution", 'discordant_gained', NEW."discordant_gained", 'discordant_lost', NEW."discordant_lost", 'baseline_sd', NEW."baseline_sd", 'quantized_sd', NEW."quantized_sd", 'arm_key', NEW."arm_key", 'baseline_key', NEW."baseline_key", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_update AFTER UPDATE ON "comparisons" WHEN (OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."origin" IS NOT NEW."origin" OR OLD."study_id" IS NOT NEW."study_id" OR OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."technique" IS NOT NEW."technique" OR OLD."weight_bits" IS NOT NEW."weight_bits" OR OLD."activation_bits" IS NOT NEW."activation_bits" OR OLD."architecture" IS NOT NEW."architecture" OR OLD."dataset" IS NOT NEW."dataset" OR OLD."device" IS NOT NEW."device" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."unit" IS NOT NEW."unit" OR OLD."baseline_value" IS NOT NEW."baseline_value" OR OLD."quantized_value" IS NOT NEW."quantized_value" OR OLD."change_kind" IS NOT NEW."change_kind" OR OLD."change_value" IS NOT NEW."change_value" OR OLD."bound" IS NOT NEW."bound" OR OLD."n_test" IS NOT NEW."n_test" OR OLD."control" IS NOT NEW."control" OR OLD."locator" IS NOT NEW."locator" OR OLD."source_url" IS NOT NEW."source_url" OR OLD."as_printed" IS NOT NEW."as_printed" OR OLD."extracted_by" IS NOT NEW."extracted_by" OR OLD."notes" IS NOT NEW."notes" OR OLD."verification" IS NOT NEW."verification" OR OLD."split" IS NOT NEW."split" OR OLD."granularity" IS NOT NEW."granularity" OR OLD."symmetry" IS NOT NEW."symmetry" OR OLD."calibration" IS NOT NEW."calibration" OR OLD."fallback_ops" IS NOT NEW."fallback_ops" OR OLD."execution" IS NOT NEW."execution" OR OLD."discordant_gained" IS NOT NEW."discordant_gained" OR OLD."discordant_lost" IS NOT NEW."discordant_lost" OR OLD."baseline_sd" IS NOT NEW."baseline_sd" OR OLD."quantized_sd" IS NOT NEW."quantized_sd" OR OLD."arm_key" IS NOT NEW."arm_key" OR OLD."baseline_key" IS NOT NEW."baseline_key" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."comparison_id" IS NOT NEW."comparison_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', NEW."comparison_id", 'update', json_object('comparison_id', OLD."comparison_id", 'origin', OLD."origin", 'study_id', OLD."study_id", 'run_id', OLD."run_id", 'arm', OLD."arm", 'technique', OLD."technique", 'weight_bits', OLD."weight_bits", 'activation_bits', OLD."activation_bits", 'architecture', OLD."architecture", 'dataset', OLD."dataset", 'device', OLD."device", 'outcome', OLD."outcome", 'unit', OLD."unit", 'baseline_value', OLD."baseline_value", 'quantized_value', OLD."quantized_value", 'change_kind', OLD."change_kind", 'change_value', OLD."change_value", 'bound', OLD."bound", 'n_test', OLD."n_test", 'control', OLD."control", 'locator', OLD."locator", 'source_url', OLD."source_url", 'as_printed', OLD."as_printed", 'extracted_by', OLD."extracted_by", 'notes', OLD."notes", 'verification', OLD."verification", 'split', OLD."split", 'granularity', OLD."granularity", 'symmetry', OLD."symmetry", 'calibration', OLD."calibration", 'fallback_ops', OLD."fallback_ops", 'execution', OLD."execution", 'discordant_gained', OLD."discordant_gained", 'discordant_lost', OLD."discordant_lost", 'baseline_sd', OLD."baseline_sd", 'quantized_sd', OLD."quantized_sd", 'arm_key', OLD."arm_key", 'baseline_key', OLD."baseline_key", 'position', OLD."position"), json_object('comparison_id', NEW."comparison_id", 'origin', NEW."origin", 'study_id', NEW."study_id", 'run_id', NEW."run_id", 'arm', NEW."arm", 'technique', NEW."technique", 'weight_bits', NEW."weight_bits", 'activation_bits', NEW."activation_bits", 'architecture', NEW."architecture", 'dataset', NEW."dataset", 'device', NEW."device", 'outcome', NEW."outcome", 'unit', NEW."unit", 'baseline_value', NEW."baseline_value", 'quantized_value', NEW."quantized_value", 'change_kind', NEW."change_kind", 'change_value', NEW."change_value", 'bound', NEW."bound", 'n_test', NEW."n_test", 'control', NEW."control", 'locator', NEW."locator", 'source_url', NEW."source_url", 'as_printed', NEW."as_printed", 'extracted_by', NEW."extracted_by", 'notes', NEW."notes", 'verification', NEW."verification", 'split', NEW."split", 'granularity', NEW."granularity", 'symmetry', NEW."symmetry", 'calibration', NEW."calibration", 'fallback_ops', NEW."fallback_ops", 'execution', NEW."execution", 'discordant_gained', NEW."discordant_gained", 'discordant_lost', NEW."discordant_lost", 'baseline_sd', NEW."baseline_sd", 'quantized_sd', NEW."quantized_sd", 'arm_key', NEW."arm_key", 'baseline_key', NEW."baseline_key", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_rename AFTER UPDATE ON "comparisons" WHEN OLD."comparison_id" IS NOT NEW."comparison_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', OLD."comparison_id", 'delete', json_object('comparison_id', OLD."comparison_id", 'origin', OLD."origin", 'study_id', OLD."study_id", 'run_id', OLD."run_id", 'arm', OLD."arm", 'technique', OLD."technique", 'weight_bits', OLD."weight_bits", 'activation_bits', OLD."activation_bits", 'architecture', OLD."architecture", 'dataset', OLD."dataset", 'device', OLD."device", 'outcome', OLD."outcome", 'unit', OLD."unit", 'baseline_value', OLD."baseline_value", 'quantized_value', OLD."quantized_value", 'change_kind', OLD."change_kind", 'change_value', OLD."change_value", 'bound', OLD."bound", 'n_test', OLD."n_test", 'control', OLD."control", 'locator', OLD."locator", 'source_url', OLD."source_url", 'as_printed', OLD."as_printed", 'extracted_by', OLD."extracted_by", 'notes', OLD."notes", 'verification', OLD."verification", 'split', OLD."split", 'granularity', OLD."granularity", 'symmetry', OLD."symmetry", 'calibration', OLD."calibration", 'fallback_ops', OLD."fallback_ops", 'execution', OLD."execution", 'discordant_gained', OLD."discordant_gained", 'discordant_lost', OLD."discordant_lost", 'baseline_sd', OLD."baseline_sd", 'quantized_sd', OLD."quantized_sd", 'arm_key', OLD."arm_key", 'baseline_key', OLD."baseline_key", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', NEW."comparison_id", 'insert', NULL, json_object('comparison_id', NEW."comparison_id", 'origin', NEW."origin", 'study_id', NEW."study_id", 'run_id', NEW."run_id", 'arm', NEW."arm", 'technique', NEW."technique", 'weight_bits', NEW."weight_bits", 'activation_bits', NEW."activation_bits", 'architecture', NEW."architecture", 'dataset', NEW."dataset", 'device', NEW."device", 'outcome', NEW."outcome", 'unit', NEW."unit", 'baseline_value', NEW."baseline_value", 'quantized_value', NEW."quantized_value", 'change_kind', NEW."change_kind", 'change_value', NEW."change_value", 'bound', NEW."bound", 'n_test', NEW."n_test", 'control', NEW."control", 'locator', NEW."locator", 'source_url', NEW."source_url", 'as_printed', NEW."as_printed", 'extracted_by', NEW."extracted_by", 'notes', NEW."notes", 'verification', NEW."verification", 'split', NEW."split", 'granularity', NEW."granularity", 'symmetry', NEW."symmetry", 'calibration', NEW."calibration", 'fallback_ops', NEW."fallback_ops", 'execution', NEW."execution", 'discordant_gained', NEW."discordant_gained", 'discordant_lost', NEW."discordant_lost", 'baseline_sd', NEW."baseline_sd", 'quantized_sd', NEW."quantized_sd", 'arm_key', NEW."arm_key", 'baseline_key', NEW."baseline_key", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_comparisons_delete AFTER DELETE ON "comparisons" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'comparisons', OLD."comparison_id", 'delete', json_object('comparison_id', OLD."comparison_id", 'origin', OLD."origin", 'study_id', OLD."study_id", 'run_id', OLD."run_id", 'arm', OLD."arm", 'technique', OLD."technique", 'weight_bits', OLD."weight_bits", 'activation_bits', OLD."activation_bits", 'architecture', OLD."architecture", 'dataset', OLD."dataset", 'device', OLD."device", 'outcome', OLD."outcome", 'unit', OLD."unit", 'baseline_value', OLD."baseline_value", 'quantized_value', OLD."quantized_value", 'change_kind', OLD."change_kind", 'change_value', OLD."change_value", 'bound', OLD."bound", 'n_test', OLD."n_test", 'control', OLD."control", 'locator', OLD."locator", 'source_url', OLD."source_url", 'as_printed', OLD."as_printed", 'extracted_by', OLD."extracted_by", 'notes', OLD."notes", 'verification', OLD."verification", 'split', OLD."split", 'granularity', OLD."granularity", 'symmetry', OLD."symmetry", 'calibration', OLD."calibration", 'fallback_ops', OLD."fallback_ops", 'execution', OLD."execution", 'discordant_gained', OLD."discordant_gained", 'discordant_lost', OLD."discordant_lost", 'baseline_sd', OLD."baseline_sd", 'quantized_sd', OLD."quantized_sd", 'arm_key', OLD."arm_key", 'baseline_key', OLD."baseline_key", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_corrections_insert AFTER INSERT ON "corrections" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', NEW."position", CASE WHEN (SELECT new FROM history WHERE table_name = 'corrections' AND row_key = NEW."position" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'corrections' AND row_key = NEW."position" ORDER BY id DESC LIMIT 1), json_object('position', NEW."position", 'kind', NEW."kind", 'id', NEW."id", 'field', NEW."field", 'old', NEW."old", 'new', NEW."new", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_corrections_update AFTER UPDATE ON "corrections" WHEN (OLD."position" IS NOT NEW."position" OR OLD."kind" IS NOT NEW."kind" OR OLD."id" IS NOT NEW."id" OR OLD."field" IS NOT NEW."field" OR OLD."old" IS NOT NEW."old" OR OLD."new" IS NOT NEW."new" OR OLD."reason" IS NOT NEW."reason") AND NOT (OLD."position" IS NOT NEW."position")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', NEW."position", 'update', json_object('position', OLD."position", 'kind', OLD."kind", 'id', OLD."id", 'field', OLD."field", 'old', OLD."old", 'new', OLD."new", 'reason', OLD."reason"), json_object('position', NEW."position", 'kind', NEW."kind", 'id', NEW."id", 'field', NEW."field", 'old', NEW."old", 'new', NEW."new", 'reason', NEW."reason"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_corrections_rename AFTER UPDATE ON "corrections" WHEN OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', OLD."position", 'delete', json_object('position', OLD."position", 'kind', OLD."kind", 'id', OLD."id", 'field', OLD."field", 'old', OLD."old", 'new', OLD."new", 'reason', OLD."reason"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'corrections', NEW."position", 'insert', NULL, json_object('position', NEW."position", 'kind', NEW."kind", 'id', NEW."id", 'field', NEW."field", 'old', NEW."old", 'new', NEW."new", 'reason', NEW."reason"),
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
  VALUES ((SELECT change FROM change_context), 'double_extractions', NEW."comparison_id" || '|' || NEW."field", CASE WHEN (SELECT new FROM history WHERE table_name = 'double_extractions' AND row_key = NEW."comparison_id" || '|' || NEW."field" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'double_extractions' AND row_key = NEW."comparison_id" || '|' || NEW."field" ORDER BY id DESC LIMIT 1), json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'agree', NEW."agree", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_double_extractions_update AFTER UPDATE ON "double_extractions" WHEN (OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field" OR OLD."agree" IS NOT NEW."agree" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'double_extractions', NEW."comparison_id" || '|' || NEW."field", 'update', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'agree', OLD."agree", 'position', OLD."position"), json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'agree', NEW."agree", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_double_extractions_rename AFTER UPDATE ON "double_extractions" WHEN OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'double_extractions', OLD."comparison_id" || '|' || OLD."field", 'delete', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'agree', OLD."agree", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'double_extractions', NEW."comparison_id" || '|' || NEW."field", 'insert', NULL, json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'agree', NEW."agree", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'environments', NEW."environment_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'environments' AND row_key = NEW."environment_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'environments' AND row_key = NEW."environment_id" ORDER BY id DESC LIMIT 1), json_object('environment_id', NEW."environment_id", 'label', NEW."label", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_environments_update AFTER UPDATE ON "environments" WHEN (OLD."environment_id" IS NOT NEW."environment_id" OR OLD."label" IS NOT NEW."label" OR OLD."facts" IS NOT NEW."facts") AND NOT (OLD."environment_id" IS NOT NEW."environment_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'environments', NEW."environment_id", 'update', json_object('environment_id', OLD."environment_id", 'label', OLD."label", 'facts', OLD."facts"), json_object('environment_id', NEW."environment_id", 'label', NEW."label", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_environments_rename AFTER UPDATE ON "environments" WHEN OLD."environment_id" IS NOT NEW."environment_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'environments', OLD."environment_id", 'delete', json_object('environment_id', OLD."environment_id", 'label', OLD."label", 'facts', OLD."facts"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'environments', NEW."environment_id", 'insert', NULL, json_object('environment_id', NEW."environment_id", 'label', NEW."label", 'facts', NEW."facts"),
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
  VALUES ((SELECT change FROM change_context), 'extraction_votes', NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer", CASE WHEN (SELECT new FROM history WHERE table_name = 'extraction_votes' AND row_key = NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'extraction_votes' AND row_key = NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer" ORDER BY id DESC LIMIT 1), json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'reviewer', NEW."reviewer", 'value', NEW."value"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_extraction_votes_update AFTER UPDATE ON "extraction_votes" WHEN (OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."value" IS NOT NEW."value") AND NOT (OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field" OR OLD."reviewer" IS NOT NEW."reviewer")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'extraction_votes', NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer", 'update', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'reviewer', OLD."reviewer", 'value', OLD."value"), json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'reviewer', NEW."reviewer", 'value', NEW."value"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_extraction_votes_rename AFTER UPDATE ON "extraction_votes" WHEN OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."field" IS NOT NEW."field" OR OLD."reviewer" IS NOT NEW."reviewer"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'extraction_votes', OLD."comparison_id" || '|' || OLD."field" || '|' || OLD."reviewer", 'delete', json_object('comparison_id', OLD."comparison_id", 'field', OLD."field", 'reviewer', OLD."reviewer", 'value', OLD."value"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'extraction_votes', NEW."comparison_id" || '|' || NEW."field" || '|' || NEW."reviewer", 'insert', NULL, json_object('comparison_id', NEW."comparison_id", 'field', NEW."field", 'reviewer', NEW."reviewer", 'value', NEW."value"),
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
  VALUES ((SELECT change FROM change_context), 'field_agreement', NEW."field", CASE WHEN (SELECT new FROM history WHERE table_name = 'field_agreement' AND row_key = NEW."field" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'field_agreement' AND row_key = NEW."field" ORDER BY id DESC LIMIT 1), json_object('field', NEW."field", 'studies', NEW."studies", 'reviewer_pairs', NEW."reviewer_pairs", 'identical', NEW."identical", 'share', NEW."share", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_field_agreement_update AFTER UPDATE ON "field_agreement" WHEN (OLD."field" IS NOT NEW."field" OR OLD."studies" IS NOT NEW."studies" OR OLD."reviewer_pairs" IS NOT NEW."reviewer_pairs" OR OLD."identical" IS NOT NEW."identical" OR OLD."share" IS NOT NEW."share" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."field" IS NOT NEW."field")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'field_agreement', NEW."field", 'update', json_object('field', OLD."field", 'studies', OLD."studies", 'reviewer_pairs', OLD."reviewer_pairs", 'identical', OLD."identical", 'share', OLD."share", 'position', OLD."position"), json_object('field', NEW."field", 'studies', NEW."studies", 'reviewer_pairs', NEW."reviewer_pairs", 'identical', NEW."identical", 'share', NEW."share", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_field_agreement_rename AFTER UPDATE ON "field_agreement" WHEN OLD."field" IS NOT NEW."field"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'field_agreement', OLD."field", 'delete', json_object('field', OLD."field", 'studies', OLD."studies", 'reviewer_pairs', OLD."reviewer_pairs", 'identical', OLD."identical", 'share', OLD."share", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'field_agreement', NEW."field", 'insert', NULL, json_object('field', NEW."field", 'studies', NEW."studies", 'reviewer_pairs', NEW."reviewer_pairs", 'identical', NEW."identical", 'share', NEW."share", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'identified', NEW."theme" || '|' || NEW."raw_record_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'identified' AND row_key = NEW."theme" || '|' || NEW."raw_record_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'identified' AND row_key = NEW."theme" || '|' || NEW."raw_record_id" ORDER BY id DESC LIMIT 1), json_object('theme', NEW."theme", 'raw_record_id', NEW."raw_record_id", 'title', NEW."title", 'year', NEW."year", 'url', NEW."url", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'query', NEW."query", 'source', NEW."source", 'record_id', NEW."record_id", 'route', NEW."route", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_identified_update AFTER UPDATE ON "identified" WHEN (OLD."theme" IS NOT NEW."theme" OR OLD."raw_record_id" IS NOT NEW."raw_record_id" OR OLD."title" IS NOT NEW."title" OR OLD."year" IS NOT NEW."year" OR OLD."url" IS NOT NEW."url" OR OLD."doi" IS NOT NEW."doi" OR OLD."arxiv_id" IS NOT NEW."arxiv_id" OR OLD."query" IS NOT NEW."query" OR OLD."source" IS NOT NEW."source" OR OLD."record_id" IS NOT NEW."record_id" OR OLD."route" IS NOT NEW."route" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."theme" IS NOT NEW."theme" OR OLD."raw_record_id" IS NOT NEW."raw_record_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'identified', NEW."theme" || '|' || NEW."raw_record_id", 'update', json_object('theme', OLD."theme", 'raw_record_id', OLD."raw_record_id", 'title', OLD."title", 'year', OLD."year", 'url', OLD."url", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'query', OLD."query", 'source', OLD."source", 'record_id', OLD."record_id", 'route', OLD."route", 'position', OLD."position"), json_object('theme', NEW."theme", 'raw_record_id', NEW."raw_record_id", 'title', NEW."title", 'year', NEW."year", 'url', NEW."url", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'query', NEW."query", 'source', NEW."source", 'record_id', NEW."record_id", 'route', NEW."route", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_identified_rename AFTER UPDATE ON "identified" WHEN OLD."theme" IS NOT NEW."theme" OR OLD."raw_record_id" IS NOT NEW."raw_record_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'identified', OLD."theme" || '|' || OLD."raw_record_id", 'delete', json_object('theme', OLD."theme", 'raw_record_id', OLD."raw_record_id", 'title', OLD."title", 'year', OLD."year", 'url', OLD."url", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'query', OLD."query", 'source', OLD."source", 'record_id', OLD."record_id", 'route', OLD."route", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'identified', NEW."theme" || '|' || NEW."raw_record_id", 'insert', NULL, json_object('theme', NEW."theme", 'raw_record_id', NEW."raw_record_id", 'title', NEW."title", 'year', NEW."year", 'url', NEW."url", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'query', NEW."query", 'source', NEW."source", 'record_id', NEW."record_id", 'route', NEW."route", 'position', NEW."position"),
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
CREATE TRIGGER history_image_sets_insert AFTER INSERT ON "image_sets" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'image_sets', NEW."set_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'image_sets' AND row_key = NEW."set_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'image_sets' AND row_key = NEW."set_id" ORDER BY id DESC LIMIT 1), json_object('set_id', NEW."set_id", 'dataset', NEW."dataset", 'split', NEW."split", 'part', NEW."part", 'synthetic', NEW."synthetic", 'n', NEW."n", 'classes', NEW."classes", 'labels', NEW."labels", 'images', NEW."images", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_image_sets_update AFTER UPDATE ON "image_sets" WHEN (OLD."set_id" IS NOT NEW."set_id" OR OLD."dataset" IS NOT NEW."dataset" OR OLD."split" IS NOT NEW."split" OR OLD."part" IS NOT NEW."part" OR OLD."synthetic" IS NOT NEW."synthetic" OR OLD."n" IS NOT NEW."n" OR OLD."classes" IS NOT NEW."classes" OR OLD."labels" IS NOT NEW."labels" OR OLD."images" IS NOT NEW."images" OR OLD."facts" IS NOT NEW."facts") AND NOT (OLD."set_id" IS NOT NEW."set_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'image_sets', NEW."set_id", 'update', json_object('set_id', OLD."set_id", 'dataset', OLD."dataset", 'split', OLD."split", 'part', OLD."part", 'synthetic', OLD."synthetic", 'n', OLD."n", 'classes', OLD."classes", 'labels', OLD."labels", 'images', OLD."images", 'facts', OLD."facts"), json_object('set_id', NEW."set_id", 'dataset', NEW."dataset", 'split', NEW."split", 'part', NEW."part", 'synthetic', NEW."synthetic", 'n', NEW."n", 'classes', NEW."classes", 'labels', NEW."labels", 'images', NEW."images", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_image_sets_rename AFTER UPDATE ON "image_sets" WHEN OLD."set_id" IS NOT NEW."set_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'image_sets', OLD."set_id", 'delete', json_object('set_id', OLD."set_id", 'dataset', OLD."dataset", 'split', OLD."split", 'part', OLD."part", 'synthetic', OLD."synthetic", 'n', OLD."n", 'classes', OLD."classes", 'labels', OLD."labels", 'images', OLD."images", 'facts', OLD."facts"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'image_sets', NEW."set_id", 'insert', NULL, json_object('set_id', NEW."set_id", 'dataset', NEW."dataset", 'split', NEW."split", 'part', NEW."part", 'synthetic', NEW."synthetic", 'n', NEW."n", 'classes', NEW."classes", 'labels', NEW."labels", 'images', NEW."images", 'facts', NEW."facts"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_image_sets_delete AFTER DELETE ON "image_sets" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'image_sets', OLD."set_id", 'delete', json_object('set_id', OLD."set_id", 'dataset', OLD."dataset", 'split', OLD."split", 'part', OLD."part", 'synthetic', OLD."synthetic", 'n', OLD."n", 'classes', OLD."classes", 'labels', OLD."labels", 'images', OLD."images", 'facts', OLD."facts"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_insert AFTER INSERT ON "measurements" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split", CASE WHEN (SELECT new FROM history WHERE table_name = 'measurements' AND row_key = NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'measurements' AND row_key = NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split" ORDER BY id DESC LIMIT 1), json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'metric', NEW."metric", 'split', NEW."split", 'value', CASE WHEN typeof(NEW."value") = 'real' THEN json(printf('%!.17g', NEW."value")) ELSE NEW."value" END, 'unit', NEW."unit", 'n', NEW."n", 'ci_low', CASE WHEN typeof(NEW."ci_low") = 'real' THEN json(printf('%!.17g', NEW."ci_low")) ELSE NEW."ci_low" END, 'ci_high', CASE WHEN typeof(NEW."ci_high") = 'real' THEN json(printf('%!.17g', NEW."ci_high")) ELSE NEW."ci_high" END, 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_update AFTER UPDATE ON "measurements" WHEN (OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."metric" IS NOT NEW."metric" OR OLD."split" IS NOT NEW."split" OR OLD."value" IS NOT NEW."value" OR OLD."unit" IS NOT NEW."unit" OR OLD."n" IS NOT NEW."n" OR OLD."ci_low" IS NOT NEW."ci_low" OR OLD."ci_high" IS NOT NEW."ci_high" OR OLD."note" IS NOT NEW."note") AND NOT (OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."metric" IS NOT NEW."metric" OR OLD."split" IS NOT NEW."split")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split", 'update', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'metric', OLD."metric", 'split', OLD."split", 'value', CASE WHEN typeof(OLD."value") = 'real' THEN json(printf('%!.17g', OLD."value")) ELSE OLD."value" END, 'unit', OLD."unit", 'n', OLD."n", 'ci_low', CASE WHEN typeof(OLD."ci_low") = 'real' THEN json(printf('%!.17g', OLD."ci_low")) ELSE OLD."ci_low" END, 'ci_high', CASE WHEN typeof(OLD."ci_high") = 'real' THEN json(printf('%!.17g', OLD."ci_high")) ELSE OLD."ci_high" END, 'note', OLD."note"), json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'metric', NEW."metric", 'split', NEW."split", 'value', CASE WHEN typeof(NEW."value") = 'real' THEN json(printf('%!.17g', NEW."value")) ELSE NEW."value" END, 'unit', NEW."unit", 'n', NEW."n", 'ci_low', CASE WHEN typeof(NEW."ci_low") = 'real' THEN json(printf('%!.17g', NEW."ci_low")) ELSE NEW."ci_low" END, 'ci_high', CASE WHEN typeof(NEW."ci_high") = 'real' THEN json(printf('%!.17g', NEW."ci_high")) ELSE NEW."ci_high" END, 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_rename AFTER UPDATE ON "measurements" WHEN OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."metric" IS NOT NEW."metric" OR OLD."split" IS NOT NEW."split"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', OLD."run_id" || '|' || OLD."arm" || '|' || OLD."metric" || '|' || OLD."split", 'delete', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'metric', OLD."metric", 'split', OLD."split", 'value', CASE WHEN typeof(OLD."value") = 'real' THEN json(printf('%!.17g', OLD."value")) ELSE OLD."value" END, 'unit', OLD."unit", 'n', OLD."n", 'ci_low', CASE WHEN typeof(OLD."ci_low") = 'real' THEN json(printf('%!.17g', OLD."ci_low")) ELSE OLD."ci_low" END, 'ci_high', CASE WHEN typeof(OLD."ci_high") = 'real' THEN json(printf('%!.17g', OLD."ci_high")) ELSE OLD."ci_high" END, 'note', OLD."note"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."metric" || '|' || NEW."split", 'insert', NULL, json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'metric', NEW."metric", 'split', NEW."split", 'value', CASE WHEN typeof(NEW."value") = 'real' THEN json(printf('%!.17g', NEW."value")) ELSE NEW."value" END, 'unit', NEW."unit", 'n', NEW."n", 'ci_low', CASE WHEN typeof(NEW."ci_low") = 'real' THEN json(printf('%!.17g', NEW."ci_low")) ELSE NEW."ci_low" END, 'ci_high', CASE WHEN typeof(NEW."ci_high") = 'real' THEN json(printf('%!.17g', NEW."ci_high")) ELSE NEW."ci_high" END, 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_measurements_delete AFTER DELETE ON "measurements" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'measurements', OLD."run_id" || '|' || OLD."arm" || '|' || OLD."metric" || '|' || OLD."split", 'delete', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'metric', OLD."metric", 'split', OLD."split", 'value', CASE WHEN typeof(OLD."value") = 'real' THEN json(printf('%!.17g', OLD."value")) ELSE OLD."value" END, 'unit', OLD."unit", 'n', OLD."n", 'ci_low', CASE WHEN typeof(OLD."ci_low") = 'real' THEN json(printf('%!.17g', OLD."ci_low")) ELSE OLD."ci_low" END, 'ci_high', CASE WHEN typeof(OLD."ci_high") = 'real' THEN json(printf('%!.17g', OLD."ci_high")) ELSE OLD."ci_high" END, 'note', OLD."note"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_outcomes_insert AFTER INSERT ON "outcomes" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', NEW."code", CASE WHEN (SELECT new FROM history WHERE table_name = 'outcomes' AND row_key = NEW."code" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'outcomes' AND row_key = NEW."code" ORDER BY id DESC LIMIT 1), json_object('code', NEW."code", 'label', NEW."label", 'better', NEW."better", 'measure', NEW."measure", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_outcomes_update AFTER UPDATE ON "outcomes" WHEN (OLD."code" IS NOT NEW."code" OR OLD."label" IS NOT NEW."label" OR OLD."better" IS NOT NEW."better" OR OLD."measure" IS NOT NEW."measure" OR OLD."definition" IS NOT NEW."definition" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."code" IS NOT NEW."code")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', NEW."code", 'update', json_object('code', OLD."code", 'label', OLD."label", 'better', OLD."better", 'measure', OLD."measure", 'definition', OLD."definition", 'position', OLD."position"), json_object('code', NEW."code", 'label', NEW."label", 'better', NEW."better", 'measure', NEW."measure", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_outcomes_rename AFTER UPDATE ON "outcomes" WHEN OLD."code" IS NOT NEW."code"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', OLD."code", 'delete', json_object('code', OLD."code", 'label', OLD."label", 'better', OLD."better", 'measure', OLD."measure", 'definition', OLD."definition", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'outcomes', NEW."code", 'insert', NULL, json_object('code', NEW."code", 'label', NEW."label", 'better', NEW."better", 'measure', NEW."measure", 'definition', NEW."definition", 'position', NEW."position"),
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
CREATE TRIGGER history_pair_decisions_insert AFTER INSERT ON "pair_decisions" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'pair_decisions', NEW."theme_a" || '|' || NEW."raw_record_id_a" || '|' || NEW."theme_b" || '|' || NEW."raw_record_id_b", CASE WHEN (SELECT new FROM history WHERE table_name = 'pair_decisions' AND row_key = NEW."theme_a" || '|' || NEW."raw_record_id_a" || '|' || NEW."theme_b" || '|' || NEW."raw_record_id_b" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'pair_decisions' AND row_key = NEW."theme_a" || '|' || NEW."raw_record_id_a" || '|' || NEW."theme_b" || '|' || NEW."raw_record_id_b" ORDER BY id DESC LIMIT 1), json_object('theme_a', NEW."theme_a", 'raw_record_id_a', NEW."raw_record_id_a", 'theme_b', NEW."theme_b", 'raw_record_id_b', NEW."raw_record_id_b", 'decision', NEW."decision", 'decided_by', NEW."decided_by", 'decided_on', NEW."decided_on", 'reason', NEW."reason", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_pair_decisions_update AFTER UPDATE ON "pair_decisions" WHEN (OLD."theme_a" IS NOT NEW."theme_a" OR OLD."raw_record_id_a" IS NOT NEW."raw_record_id_a" OR OLD."theme_b" IS NOT NEW."theme_b" OR OLD."raw_record_id_b" IS NOT NEW."raw_record_id_b" OR OLD."decision" IS NOT NEW."decision" OR OLD."decided_by" IS NOT NEW."decided_by" OR OLD."decided_on" IS NOT NEW."decided_on" OR OLD."reason" IS NOT NEW."reason" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."theme_a" IS NOT NEW."theme_a" OR OLD."raw_record_id_a" IS NOT NEW."raw_record_id_a" OR OLD."theme_b" IS NOT NEW."theme_b" OR OLD."raw_record_id_b" IS NOT NEW."raw_record_id_b")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'pair_decisions', NEW."theme_a" || '|' || NEW."raw_record_id_a" || '|' || NEW."theme_b" || '|' || NEW."raw_record_id_b", 'update', json_object('theme_a', OLD."theme_a", 'raw_record_id_a', OLD."raw_record_id_a", 'theme_b', OLD."theme_b", 'raw_record_id_b', OLD."raw_record_id_b", 'decision', OLD."decision", 'decided_by', OLD."decided_by", 'decided_on', OLD."decided_on", 'reason', OLD."reason", 'position', OLD."position"), json_object('theme_a', NEW."theme_a", 'raw_record_id_a', NEW."raw_record_id_a", 'theme_b', NEW."theme_b", 'raw_record_id_b', NEW."raw_record_id_b", 'decision', NEW."decision", 'decided_by', NEW."decided_by", 'decided_on', NEW."decided_on", 'reason', NEW."reason", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_pair_decisions_rename AFTER UPDATE ON "pair_decisions" WHEN OLD."theme_a" IS NOT NEW."theme_a" OR OLD."raw_record_id_a" IS NOT NEW."raw_record_id_a" OR OLD."theme_b" IS NOT NEW."theme_b" OR OLD."raw_record_id_b" IS NOT NEW."raw_record_id_b"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'pair_decisions', OLD."theme_a" || '|' || OLD."raw_record_id_a" || '|' || OLD."theme_b" || '|' || OLD."raw_record_id_b", 'delete', json_object('theme_a', OLD."theme_a", 'raw_record_id_a', OLD."raw_record_id_a", 'theme_b', OLD."theme_b", 'raw_record_id_b', OLD."raw_record_id_b", 'decision', OLD."decision", 'decided_by', OLD."decided_by", 'decided_on', OLD."decided_on", 'reason', OLD."reason", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'pair_decisions', NEW."theme_a" || '|' || NEW."raw_record_id_a" || '|' || NEW."theme_b" || '|' || NEW."raw_record_id_b", 'insert', NULL, json_object('theme_a', NEW."theme_a", 'raw_record_id_a', NEW."raw_record_id_a", 'theme_b', NEW."theme_b", 'raw_record_id_b', NEW."raw_record_id_b", 'decision', NEW."decision", 'decided_by', NEW."decided_by", 'decided_on', NEW."decided_on", 'reason', NEW."reason", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_pair_decisions_delete AFTER DELETE ON "pair_decisions" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'pair_decisions', OLD."theme_a" || '|' || OLD."raw_record_id_a" || '|' || OLD."theme_b" || '|' || OLD."raw_record_id_b", 'delete', json_object('theme_a', OLD."theme_a", 'raw_record_id_a', OLD."raw_record_id_a", 'theme_b', OLD."theme_b", 'raw_record_id_b', OLD."raw_record_id_b", 'decision', OLD."decision", 'decided_by', OLD."decided_by", 'decided_on', OLD."decided_on", 'reason', OLD."reason", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_predictions_insert AFTER INSERT ON "predictions" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'predictions', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."set_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'predictions' AND row_key = NEW."run_id" || '|' || NEW."arm" || '|' || NEW."set_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'predictions' AND row_key = NEW."run_id" || '|' || NEW."arm" || '|' || NEW."set_id" ORDER BY id DESC LIMIT 1), json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'set_id', NEW."set_id", 'classes', NEW."classes"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_predictions_update AFTER UPDATE ON "predictions" WHEN (OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."set_id" IS NOT NEW."set_id" OR OLD."classes" IS NOT NEW."classes") AND NOT (OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."set_id" IS NOT NEW."set_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'predictions', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."set_id", 'update', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'set_id', OLD."set_id", 'classes', OLD."classes"), json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'set_id', NEW."set_id", 'classes', NEW."classes"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_predictions_rename AFTER UPDATE ON "predictions" WHEN OLD."run_id" IS NOT NEW."run_id" OR OLD."arm" IS NOT NEW."arm" OR OLD."set_id" IS NOT NEW."set_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'predictions', OLD."run_id" || '|' || OLD."arm" || '|' || OLD."set_id", 'delete', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'set_id', OLD."set_id", 'classes', OLD."classes"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'predictions', NEW."run_id" || '|' || NEW."arm" || '|' || NEW."set_id", 'insert', NULL, json_object('run_id', NEW."run_id", 'arm', NEW."arm", 'set_id', NEW."set_id", 'classes', NEW."classes"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_predictions_delete AFTER DELETE ON "predictions" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'predictions', OLD."run_id" || '|' || OLD."arm" || '|' || OLD."set_id", 'delete', json_object('run_id', OLD."run_id", 'arm', OLD."arm", 'set_id', OLD."set_id", 'classes', OLD."classes"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_records_insert AFTER INSERT ON "records" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', NEW."record_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'records' AND row_key = NEW."record_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'records' AND row_key = NEW."record_id" ORDER BY id DESC LIMIT 1), json_object('record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'other_urls', NEW."other_urls", 'first_found_by_query', NEW."first_found_by_query", 'found_in_source', NEW."found_in_source", 'dedup_note', NEW."dedup_note", 'removed', NEW."removed", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_records_update AFTER UPDATE ON "records" WHEN (OLD."record_id" IS NOT NEW."record_id" OR OLD."title" IS NOT NEW."title" OR OLD."authors" IS NOT NEW."authors" OR OLD."year" IS NOT NEW."year" OR OLD."doi" IS NOT NEW."doi" OR OLD."arxiv_id" IS NOT NEW."arxiv_id" OR OLD."url" IS NOT NEW."url" OR OLD."other_urls" IS NOT NEW."other_urls" OR OLD."first_found_by_query" IS NOT NEW."first_found_by_query" OR OLD."found_in_source" IS NOT NEW."found_in_source" OR OLD."dedup_note" IS NOT NEW."dedup_note" OR OLD."removed" IS NOT NEW."removed" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."record_id" IS NOT NEW."record_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', NEW."record_id", 'update', json_object('record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'other_urls', OLD."other_urls", 'first_found_by_query', OLD."first_found_by_query", 'found_in_source', OLD."found_in_source", 'dedup_note', OLD."dedup_note", 'removed', OLD."removed", 'position', OLD."position"), json_object('record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'other_urls', NEW."other_urls", 'first_found_by_query', NEW."first_found_by_query", 'found_in_source', NEW."found_in_source", 'dedup_note', NEW."dedup_note", 'removed', NEW."removed", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_records_rename AFTER UPDATE ON "records" WHEN OLD."record_id" IS NOT NEW."record_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', OLD."record_id", 'delete', json_object('record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'other_urls', OLD."other_urls", 'first_found_by_query', OLD."first_found_by_query", 'found_in_source', OLD."found_in_source", 'dedup_note', OLD."dedup_note", 'removed', OLD."removed", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'records', NEW."record_id", 'insert', NULL, json_object('record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'other_urls', NEW."other_urls", 'first_found_by_query', NEW."first_found_by_query", 'found_in_source', NEW."found_in_source", 'dedup_note', NEW."dedup_note", 'removed', NEW."removed", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'reports', NEW."report_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'reports' AND row_key = NEW."report_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'reports' AND row_key = NEW."report_id" ORDER BY id DESC LIMIT 1), json_object('report_id', NEW."report_id", 'record_id', NEW."record_id", 'study_id', NEW."study_id", 'retrieved', NEW."retrieved", 'decision', NEW."decision", 'reason', NEW."reason", 'url', NEW."url", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_reports_update AFTER UPDATE ON "reports" WHEN (OLD."report_id" IS NOT NEW."report_id" OR OLD."record_id" IS NOT NEW."record_id" OR OLD."study_id" IS NOT NEW."study_id" OR OLD."retrieved" IS NOT NEW."retrieved" OR OLD."decision" IS NOT NEW."decision" OR OLD."reason" IS NOT NEW."reason" OR OLD."url" IS NOT NEW."url" OR OLD."note" IS NOT NEW."note" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."report_id" IS NOT NEW."report_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'reports', NEW."report_id", 'update', json_object('report_id', OLD."report_id", 'record_id', OLD."record_id", 'study_id', OLD."study_id", 'retrieved', OLD."retrieved", 'decision', OLD."decision", 'reason', OLD."reason", 'url', OLD."url", 'note', OLD."note", 'position', OLD."position"), json_object('report_id', NEW."report_id", 'record_id', NEW."record_id", 'study_id', NEW."study_id", 'retrieved', NEW."retrieved", 'decision', NEW."decision", 'reason', NEW."reason", 'url', NEW."url", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_reports_rename AFTER UPDATE ON "reports" WHEN OLD."report_id" IS NOT NEW."report_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'reports', OLD."report_id", 'delete', json_object('report_id', OLD."report_id", 'record_id', OLD."record_id", 'study_id', OLD."study_id", 'retrieved', OLD."retrieved", 'decision', OLD."decision", 'reason', OLD."reason", 'url', OLD."url", 'note', OLD."note", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'reports', NEW."report_id", 'insert', NULL, json_object('report_id', NEW."report_id", 'record_id', NEW."record_id", 'study_id', NEW."study_id", 'retrieved', NEW."retrieved", 'decision', NEW."decision", 'reason', NEW."reason", 'url', NEW."url", 'note', NEW."note", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'review_facts', NEW."fact", CASE WHEN (SELECT new FROM history WHERE table_name = 'review_facts' AND row_key = NEW."fact" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'review_facts' AND row_key = NEW."fact" ORDER BY id DESC LIMIT 1), json_object('fact', NEW."fact", 'value', NEW."value", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_review_facts_update AFTER UPDATE ON "review_facts" WHEN (OLD."fact" IS NOT NEW."fact" OR OLD."value" IS NOT NEW."value" OR OLD."source" IS NOT NEW."source" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."fact" IS NOT NEW."fact")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'review_facts', NEW."fact", 'update', json_object('fact', OLD."fact", 'value', OLD."value", 'source', OLD."source", 'position', OLD."position"), json_object('fact', NEW."fact", 'value', NEW."value", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_review_facts_rename AFTER UPDATE ON "review_facts" WHEN OLD."fact" IS NOT NEW."fact"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'review_facts', OLD."fact", 'delete', json_object('fact', OLD."fact", 'value', OLD."value", 'source', OLD."source", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'review_facts', NEW."fact", 'insert', NULL, json_object('fact', NEW."fact", 'value', NEW."value", 'source', NEW."source", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'runs', NEW."run_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'runs' AND row_key = NEW."run_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'runs' AND row_key = NEW."run_id" ORDER BY id DESC LIMIT 1), json_object('run_id', NEW."run_id", 'case_id', NEW."case_id", 'case_hash', NEW."case_hash", 'dataset', NEW."dataset", 'split', NEW."split", 'synthetic', NEW."synthetic", 'state', NEW."state", 'seed', NEW."seed", 'environment_id', NEW."environment_id", 'fingerprint', NEW."fingerprint", 'started_at', NEW."started_at", 'finished_at', NEW."finished_at", 'error', NEW."error", 'log', NEW."log"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_runs_update AFTER UPDATE ON "runs" WHEN (OLD."run_id" IS NOT NEW."run_id" OR OLD."case_id" IS NOT NEW."case_id" OR OLD."case_hash" IS NOT NEW."case_hash" OR OLD."dataset" IS NOT NEW."dataset" OR OLD."split" IS NOT NEW."split" OR OLD."synthetic" IS NOT NEW."synthetic" OR OLD."state" IS NOT NEW."state" OR OLD."seed" IS NOT NEW."seed" OR OLD."environment_id" IS NOT NEW."environment_id" OR OLD."fingerprint" IS NOT NEW."fingerprint" OR OLD."started_at" IS NOT NEW."started_at" OR OLD."finished_at" IS NOT NEW."finished_at" OR OLD."error" IS NOT NEW."error" OR OLD."log" IS NOT NEW."log") AND NOT (OLD."run_id" IS NOT NEW."run_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', NEW."run_id", 'update', json_object('run_id', OLD."run_id", 'case_id', OLD."case_id", 'case_hash', OLD."case_hash", 'dataset', OLD."dataset", 'split', OLD."split", 'synthetic', OLD."synthetic", 'state', OLD."state", 'seed', OLD."seed", 'environment_id', OLD."environment_id", 'fingerprint', OLD."fingerprint", 'started_at', OLD."started_at", 'finished_at', OLD."finished_at", 'error', OLD."error", 'log', OLD."log"), json_object('run_id', NEW."run_id", 'case_id', NEW."case_id", 'case_hash', NEW."case_hash", 'dataset', NEW."dataset", 'split', NEW."split", 'synthetic', NEW."synthetic", 'state', NEW."state", 'seed', NEW."seed", 'environment_id', NEW."environment_id", 'fingerprint', NEW."fingerprint", 'started_at', NEW."started_at", 'finished_at', NEW."finished_at", 'error', NEW."error", 'log', NEW."log"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_runs_rename AFTER UPDATE ON "runs" WHEN OLD."run_id" IS NOT NEW."run_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', OLD."run_id", 'delete', json_object('run_id', OLD."run_id", 'case_id', OLD."case_id", 'case_hash', OLD."case_hash", 'dataset', OLD."dataset", 'split', OLD."split", 'synthetic', OLD."synthetic", 'state', OLD."state", 'seed', OLD."seed", 'environment_id', OLD."environment_id", 'fingerprint', OLD."fingerprint", 'started_at', OLD."started_at", 'finished_at', OLD."finished_at", 'error', OLD."error", 'log', OLD."log"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', NEW."run_id", 'insert', NULL, json_object('run_id', NEW."run_id", 'case_id', NEW."case_id", 'case_hash', NEW."case_hash", 'dataset', NEW."dataset", 'split', NEW."split", 'synthetic', NEW."synthetic", 'state', NEW."state", 'seed', NEW."seed", 'environment_id', NEW."environment_id", 'fingerprint', NEW."fingerprint", 'started_at', NEW."started_at", 'finished_at', NEW."finished_at", 'error', NEW."error", 'log', NEW."log"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_runs_delete AFTER DELETE ON "runs" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'runs', OLD."run_id", 'delete', json_object('run_id', OLD."run_id", 'case_id', OLD."case_id", 'case_hash', OLD."case_hash", 'dataset', OLD."dataset", 'split', OLD."split", 'synthetic', OLD."synthetic", 'state', OLD."state", 'seed', OLD."seed", 'environment_id', OLD."environment_id", 'fingerprint', OLD."fingerprint", 'started_at', OLD."started_at", 'finished_at', OLD."finished_at", 'error', OLD."error", 'log', OLD."log"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_screenings_insert AFTER INSERT ON "screenings" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage", CASE WHEN (SELECT new FROM history WHERE table_name = 'screenings' AND row_key = NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'screenings' AND row_key = NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage" ORDER BY id DESC LIMIT 1), json_object('record_id', NEW."record_id", 'reviewer', NEW."reviewer", 'stage', NEW."stage", 'decision', NEW."decision", 'reason', NEW."reason", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_screenings_update AFTER UPDATE ON "screenings" WHEN (OLD."record_id" IS NOT NEW."record_id" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."stage" IS NOT NEW."stage" OR OLD."decision" IS NOT NEW."decision" OR OLD."reason" IS NOT NEW."reason" OR OLD."note" IS NOT NEW."note" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."record_id" IS NOT NEW."record_id" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."stage" IS NOT NEW."stage")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage", 'update', json_object('record_id', OLD."record_id", 'reviewer', OLD."reviewer", 'stage', OLD."stage", 'decision', OLD."decision", 'reason', OLD."reason", 'note', OLD."note", 'position', OLD."position"), json_object('record_id', NEW."record_id", 'reviewer', NEW."reviewer", 'stage', NEW."stage", 'decision', NEW."decision", 'reason', NEW."reason", 'note', NEW."note", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_screenings_rename AFTER UPDATE ON "screenings" WHEN OLD."record_id" IS NOT NEW."record_id" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."stage" IS NOT NEW."stage"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', OLD."record_id" || '|' || OLD."reviewer" || '|' || OLD."stage", 'delete', json_object('record_id', OLD."record_id", 'reviewer', OLD."reviewer", 'stage', OLD."stage", 'decision', OLD."decision", 'reason', OLD."reason", 'note', OLD."note", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'screenings', NEW."record_id" || '|' || NEW."reviewer" || '|' || NEW."stage", 'insert', NULL, json_object('record_id', NEW."record_id", 'reviewer', NEW."reviewer", 'stage', NEW."stage", 'decision', NEW."decision", 'reason', NEW."reason", 'note', NEW."note", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'search_purposes', NEW."query_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'search_purposes' AND row_key = NEW."query_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'search_purposes' AND row_key = NEW."query_id" ORDER BY id DESC LIMIT 1), json_object('query_id', NEW."query_id", 'purpose', NEW."purpose", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_search_purposes_update AFTER UPDATE ON "search_purposes" WHEN (OLD."query_id" IS NOT NEW."query_id" OR OLD."purpose" IS NOT NEW."purpose" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."query_id" IS NOT NEW."query_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'search_purposes', NEW."query_id", 'update', json_object('query_id', OLD."query_id", 'purpose', OLD."purpose", 'position', OLD."position"), json_object('query_id', NEW."query_id", 'purpose', NEW."purpose", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_search_purposes_rename AFTER UPDATE ON "search_purposes" WHEN OLD."query_id" IS NOT NEW."query_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'search_purposes', OLD."query_id", 'delete', json_object('query_id', OLD."query_id", 'purpose', OLD."purpose", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'search_purposes', NEW."query_id", 'insert', NULL, json_object('query_id', NEW."query_id", 'purpose', NEW."purpose", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'searches', NEW."query_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'searches' AND row_key = NEW."query_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'searches' AND row_key = NEW."query_id" ORDER BY id DESC LIMIT 1), json_object('query_id', NEW."query_id", 'reviewer', NEW."reviewer", 'query', NEW."query", 'corpus', NEW."corpus", 'date', NEW."date", 'results_returned', NEW."results_returned", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_searches_update AFTER UPDATE ON "searches" WHEN (OLD."query_id" IS NOT NEW."query_id" OR OLD."reviewer" IS NOT NEW."reviewer" OR OLD."query" IS NOT NEW."query" OR OLD."corpus" IS NOT NEW."corpus" OR OLD."date" IS NOT NEW."date" OR OLD."results_returned" IS NOT NEW."results_returned" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."query_id" IS NOT NEW."query_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'searches', NEW."query_id", 'update', json_object('query_id', OLD."query_id", 'reviewer', OLD."reviewer", 'query', OLD."query", 'corpus', OLD."corpus", 'date', OLD."date", 'results_returned', OLD."results_returned", 'position', OLD."position"), json_object('query_id', NEW."query_id", 'reviewer', NEW."reviewer", 'query', NEW."query", 'corpus', NEW."corpus", 'date', NEW."date", 'results_returned', NEW."results_returned", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_searches_rename AFTER UPDATE ON "searches" WHEN OLD."query_id" IS NOT NEW."query_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'searches', OLD."query_id", 'delete', json_object('query_id', OLD."query_id", 'reviewer', OLD."reviewer", 'query', OLD."query", 'corpus', OLD."corpus", 'date', OLD."date", 'results_returned', OLD."results_returned", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'searches', NEW."query_id", 'insert', NULL, json_object('query_id', NEW."query_id", 'reviewer', NEW."reviewer", 'query', NEW."query", 'corpus', NEW."corpus", 'date', NEW."date", 'results_returned', NEW."results_returned", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'second_readings', NEW."position", CASE WHEN (SELECT new FROM history WHERE table_name = 'second_readings' AND row_key = NEW."position" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'second_readings' AND row_key = NEW."position" ORDER BY id DESC LIMIT 1), json_object('position', NEW."position", 'comparison_id', NEW."comparison_id", 'outcome', NEW."outcome", 'verdict', NEW."verdict", 'value_seen', NEW."value_seen", 'source_url', NEW."source_url", 'locator', NEW."locator", 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_second_readings_update AFTER UPDATE ON "second_readings" WHEN (OLD."position" IS NOT NEW."position" OR OLD."comparison_id" IS NOT NEW."comparison_id" OR OLD."outcome" IS NOT NEW."outcome" OR OLD."verdict" IS NOT NEW."verdict" OR OLD."value_seen" IS NOT NEW."value_seen" OR OLD."source_url" IS NOT NEW."source_url" OR OLD."locator" IS NOT NEW."locator" OR OLD."note" IS NOT NEW."note") AND NOT (OLD."position" IS NOT NEW."position")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'second_readings', NEW."position", 'update', json_object('position', OLD."position", 'comparison_id', OLD."comparison_id", 'outcome', OLD."outcome", 'verdict', OLD."verdict", 'value_seen', OLD."value_seen", 'source_url', OLD."source_url", 'locator', OLD."locator", 'note', OLD."note"), json_object('position', NEW."position", 'comparison_id', NEW."comparison_id", 'outcome', NEW."outcome", 'verdict', NEW."verdict", 'value_seen', NEW."value_seen", 'source_url', NEW."source_url", 'locator', NEW."locator", 'note', NEW."note"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_second_readings_rename AFTER UPDATE ON "second_readings" WHEN OLD."position" IS NOT NEW."position"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'second_readings', OLD."position", 'delete', json_object('position', OLD."position", 'comparison_id', OLD."comparison_id", 'outcome', OLD."outcome", 'verdict', OLD."verdict", 'value_seen', OLD."value_seen", 'source_url', OLD."source_url", 'locator', OLD."locator", 'note', OLD."note"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'second_readings', NEW."position", 'insert', NULL, json_object('position', NEW."position", 'comparison_id', NEW."comparison_id", 'outcome', NEW."outcome", 'verdict', NEW."verdict", 'value_seen', NEW."value_seen", 'source_url', NEW."source_url", 'locator', NEW."locator", 'note', NEW."note"),
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
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', NEW."pair", CASE WHEN (SELECT new FROM history WHERE table_name = 'stated_record_agreement' AND row_key = NEW."pair" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'stated_record_agreement' AND row_key = NEW."pair" ORDER BY id DESC LIMIT 1), json_object('pair', NEW."pair", 'records_judged_by_both', NEW."records_judged_by_both", 'both_include', NEW."both_include", 'both_exclude', NEW."both_exclude", 'disagree', NEW."disagree", 'raw_agreement', NEW."raw_agreement", 'cohen_kappa', NEW."cohen_kappa", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_stated_record_agreement_update AFTER UPDATE ON "stated_record_agreement" WHEN (OLD."pair" IS NOT NEW."pair" OR OLD."records_judged_by_both" IS NOT NEW."records_judged_by_both" OR OLD."both_include" IS NOT NEW."both_include" OR OLD."both_exclude" IS NOT NEW."both_exclude" OR OLD."disagree" IS NOT NEW."disagree" OR OLD."raw_agreement" IS NOT NEW."raw_agreement" OR OLD."cohen_kappa" IS NOT NEW."cohen_kappa" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."pair" IS NOT NEW."pair")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', NEW."pair", 'update', json_object('pair', OLD."pair", 'records_judged_by_both', OLD."records_judged_by_both", 'both_include', OLD."both_include", 'both_exclude', OLD."both_exclude", 'disagree', OLD."disagree", 'raw_agreement', OLD."raw_agreement", 'cohen_kappa', OLD."cohen_kappa", 'position', OLD."position"), json_object('pair', NEW."pair", 'records_judged_by_both', NEW."records_judged_by_both", 'both_include', NEW."both_include", 'both_exclude', NEW."both_exclude", 'disagree', NEW."disagree", 'raw_agreement', NEW."raw_agreement", 'cohen_kappa', NEW."cohen_kappa", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_stated_record_agreement_rename AFTER UPDATE ON "stated_record_agreement" WHEN OLD."pair" IS NOT NEW."pair"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', OLD."pair", 'delete', json_object('pair', OLD."pair", 'records_judged_by_both', OLD."records_judged_by_both", 'both_include', OLD."both_include", 'both_exclude', OLD."both_exclude", 'disagree', OLD."disagree", 'raw_agreement', OLD."raw_agreement", 'cohen_kappa', OLD."cohen_kappa", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'stated_record_agreement', NEW."pair", 'insert', NULL, json_object('pair', NEW."pair", 'records_judged_by_both', NEW."records_judged_by_both", 'both_include', NEW."both_include", 'both_exclude', NEW."both_exclude", 'disagree', NEW."disagree", 'raw_agreement', NEW."raw_agreement", 'cohen_kappa', NEW."cohen_kappa", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'studies', NEW."study_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'studies' AND row_key = NEW."study_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'studies' AND row_key = NEW."study_id" ORDER BY id DESC LIMIT 1), json_object('study_id', NEW."study_id", 'record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'venue', NEW."venue", 'publication_type', NEW."publication_type", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'text_basis', NEW."text_basis", 'extracted_by', NEW."extracted_by", 'extraction_conflicts', NEW."extraction_conflicts", 'notes', NEW."notes", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_studies_update AFTER UPDATE ON "studies" WHEN (OLD."study_id" IS NOT NEW."study_id" OR OLD."record_id" IS NOT NEW."record_id" OR OLD."title" IS NOT NEW."title" OR OLD."authors" IS NOT NEW."authors" OR OLD."year" IS NOT NEW."year" OR OLD."venue" IS NOT NEW."venue" OR OLD."publication_type" IS NOT NEW."publication_type" OR OLD."doi" IS NOT NEW."doi" OR OLD."arxiv_id" IS NOT NEW."arxiv_id" OR OLD."url" IS NOT NEW."url" OR OLD."text_basis" IS NOT NEW."text_basis" OR OLD."extracted_by" IS NOT NEW."extracted_by" OR OLD."extraction_conflicts" IS NOT NEW."extraction_conflicts" OR OLD."notes" IS NOT NEW."notes" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."study_id" IS NOT NEW."study_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'studies', NEW."study_id", 'update', json_object('study_id', OLD."study_id", 'record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'venue', OLD."venue", 'publication_type', OLD."publication_type", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'text_basis', OLD."text_basis", 'extracted_by', OLD."extracted_by", 'extraction_conflicts', OLD."extraction_conflicts", 'notes', OLD."notes", 'position', OLD."position"), json_object('study_id', NEW."study_id", 'record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'venue', NEW."venue", 'publication_type', NEW."publication_type", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'text_basis', NEW."text_basis", 'extracted_by', NEW."extracted_by", 'extraction_conflicts', NEW."extraction_conflicts", 'notes', NEW."notes", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_studies_rename AFTER UPDATE ON "studies" WHEN OLD."study_id" IS NOT NEW."study_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'studies', OLD."study_id", 'delete', json_object('study_id', OLD."study_id", 'record_id', OLD."record_id", 'title', OLD."title", 'authors', OLD."authors", 'year', OLD."year", 'venue', OLD."venue", 'publication_type', OLD."publication_type", 'doi', OLD."doi", 'arxiv_id', OLD."arxiv_id", 'url', OLD."url", 'text_basis', OLD."text_basis", 'extracted_by', OLD."extracted_by", 'extraction_conflicts', OLD."extraction_conflicts", 'notes', OLD."notes", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'studies', NEW."study_id", 'insert', NULL, json_object('study_id', NEW."study_id", 'record_id', NEW."record_id", 'title', NEW."title", 'authors', NEW."authors", 'year', NEW."year", 'venue', NEW."venue", 'publication_type', NEW."publication_type", 'doi', NEW."doi", 'arxiv_id', NEW."arxiv_id", 'url', NEW."url", 'text_basis', NEW."text_basis", 'extracted_by', NEW."extracted_by", 'extraction_conflicts', NEW."extraction_conflicts", 'notes', NEW."notes", 'position', NEW."position"),
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
CREATE TRIGGER history_study_groups_insert AFTER INSERT ON "study_groups" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_groups', NEW."study_id", CASE WHEN (SELECT new FROM history WHERE table_name = 'study_groups' AND row_key = NEW."study_id" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'study_groups' AND row_key = NEW."study_id" ORDER BY id DESC LIMIT 1), json_object('study_id', NEW."study_id", 'group', NEW."group", 'reason', NEW."reason", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_groups_update AFTER UPDATE ON "study_groups" WHEN (OLD."study_id" IS NOT NEW."study_id" OR OLD."group" IS NOT NEW."group" OR OLD."reason" IS NOT NEW."reason" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."study_id" IS NOT NEW."study_id")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_groups', NEW."study_id", 'update', json_object('study_id', OLD."study_id", 'group', OLD."group", 'reason', OLD."reason", 'position', OLD."position"), json_object('study_id', NEW."study_id", 'group', NEW."group", 'reason', NEW."reason", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_groups_rename AFTER UPDATE ON "study_groups" WHEN OLD."study_id" IS NOT NEW."study_id"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_groups', OLD."study_id", 'delete', json_object('study_id', OLD."study_id", 'group', OLD."group", 'reason', OLD."reason", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_groups', NEW."study_id", 'insert', NULL, json_object('study_id', NEW."study_id", 'group', NEW."group", 'reason', NEW."reason", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_groups_delete AFTER DELETE ON "study_groups" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_groups', OLD."study_id", 'delete', json_object('study_id', OLD."study_id", 'group', OLD."group", 'reason', OLD."reason", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_values_insert AFTER INSERT ON "study_values" 
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', NEW."study_id" || '|' || NEW."variable", CASE WHEN (SELECT new FROM history WHERE table_name = 'study_values' AND row_key = NEW."study_id" || '|' || NEW."variable" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'study_values' AND row_key = NEW."study_id" || '|' || NEW."variable" ORDER BY id DESC LIMIT 1), json_object('study_id', NEW."study_id", 'variable', NEW."variable", 'value', NEW."value", 'as_printed', NEW."as_printed", 'locator', NEW."locator", 'source_url', NEW."source_url", 'extracted_by', NEW."extracted_by", 'extracted_on', NEW."extracted_on", 'verification', NEW."verification"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_values_update AFTER UPDATE ON "study_values" WHEN (OLD."study_id" IS NOT NEW."study_id" OR OLD."variable" IS NOT NEW."variable" OR OLD."value" IS NOT NEW."value" OR OLD."as_printed" IS NOT NEW."as_printed" OR OLD."locator" IS NOT NEW."locator" OR OLD."source_url" IS NOT NEW."source_url" OR OLD."extracted_by" IS NOT NEW."extracted_by" OR OLD."extracted_on" IS NOT NEW."extracted_on" OR OLD."verification" IS NOT NEW."verification") AND NOT (OLD."study_id" IS NOT NEW."study_id" OR OLD."variable" IS NOT NEW."variable")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', NEW."study_id" || '|' || NEW."variable", 'update', json_object('study_id', OLD."study_id", 'variable', OLD."variable", 'value', OLD."value", 'as_printed', OLD."as_printed", 'locator', OLD."locator", 'source_url', OLD."source_url", 'extracted_by', OLD."extracted_by", 'extracted_on', OLD."extracted_on", 'verification', OLD."verification"), json_object('study_id', NEW."study_id", 'variable', NEW."variable", 'value', NEW."value", 'as_printed', NEW."as_printed", 'locator', NEW."locator", 'source_url', NEW."source_url", 'extracted_by', NEW."extracted_by", 'extracted_on', NEW."extracted_on", 'verification', NEW."verification"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_study_values_rename AFTER UPDATE ON "study_values" WHEN OLD."study_id" IS NOT NEW."study_id" OR OLD."variable" IS NOT NEW."variable"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', OLD."study_id" || '|' || OLD."variable", 'delete', json_object('study_id', OLD."study_id", 'variable', OLD."variable", 'value', OLD."value", 'as_printed', OLD."as_printed", 'locator', OLD."locator", 'source_url', OLD."source_url", 'extracted_by', OLD."extracted_by", 'extracted_on', OLD."extracted_on", 'verification', OLD."verification"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'study_values', NEW."study_id" || '|' || NEW."variable", 'insert', NULL, json_object('study_id', NEW."study_id", 'variable', NEW."variable", 'value', NEW."value", 'as_printed', NEW."as_printed", 'locator', NEW."locator", 'source_url', NEW."source_url", 'extracted_by', NEW."extracted_by", 'extracted_on', NEW."extracted_on", 'verification', NEW."verification"),
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
  VALUES ((SELECT change FROM change_context), 'terms', NEW."vocabulary" || '|' || NEW."code", CASE WHEN (SELECT new FROM history WHERE table_name = 'terms' AND row_key = NEW."vocabulary" || '|' || NEW."code" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'terms' AND row_key = NEW."vocabulary" || '|' || NEW."code" ORDER BY id DESC LIMIT 1), json_object('vocabulary', NEW."vocabulary", 'code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_terms_update AFTER UPDATE ON "terms" WHEN (OLD."vocabulary" IS NOT NEW."vocabulary" OR OLD."code" IS NOT NEW."code" OR OLD."label" IS NOT NEW."label" OR OLD."definition" IS NOT NEW."definition" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."vocabulary" IS NOT NEW."vocabulary" OR OLD."code" IS NOT NEW."code")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'terms', NEW."vocabulary" || '|' || NEW."code", 'update', json_object('vocabulary', OLD."vocabulary", 'code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'position', OLD."position"), json_object('vocabulary', NEW."vocabulary", 'code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_terms_rename AFTER UPDATE ON "terms" WHEN OLD."vocabulary" IS NOT NEW."vocabulary" OR OLD."code" IS NOT NEW."code"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'terms', OLD."vocabulary" || '|' || OLD."code", 'delete', json_object('vocabulary', OLD."vocabulary", 'code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'terms', NEW."vocabulary" || '|' || NEW."code", 'insert', NULL, json_object('vocabulary', NEW."vocabulary", 'code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'position', NEW."position"),
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
  VALUES ((SELECT change FROM change_context), 'variables', NEW."code", CASE WHEN (SELECT new FROM history WHERE table_name = 'variables' AND row_key = NEW."code" ORDER BY id DESC LIMIT 1) IS NULL THEN 'insert' ELSE 'update' END, (SELECT new FROM history WHERE table_name = 'variables' AND row_key = NEW."code" ORDER BY id DESC LIMIT 1), json_object('code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'type', NEW."type", 'multi', NEW."multi", 'vocabulary', NEW."vocabulary", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_variables_update AFTER UPDATE ON "variables" WHEN (OLD."code" IS NOT NEW."code" OR OLD."label" IS NOT NEW."label" OR OLD."definition" IS NOT NEW."definition" OR OLD."type" IS NOT NEW."type" OR OLD."multi" IS NOT NEW."multi" OR OLD."vocabulary" IS NOT NEW."vocabulary" OR OLD."source" IS NOT NEW."source" OR OLD."position" IS NOT NEW."position") AND NOT (OLD."code" IS NOT NEW."code")
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'variables', NEW."code", 'update', json_object('code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'type', OLD."type", 'multi', OLD."multi", 'vocabulary', OLD."vocabulary", 'source', OLD."source", 'position', OLD."position"), json_object('code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'type', NEW."type", 'multi', NEW."multi", 'vocabulary', NEW."vocabulary", 'source', NEW."source", 'position', NEW."position"),
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
END;
CREATE TRIGGER history_variables_rename AFTER UPDATE ON "variables" WHEN OLD."code" IS NOT NEW."code"
BEGIN
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'variables', OLD."code", 'delete', json_object('code', OLD."code", 'label', OLD."label", 'definition', OLD."definition", 'type', OLD."type", 'multi', OLD."multi", 'vocabulary', OLD."vocabulary", 'source', OLD."source", 'position', OLD."position"), NULL,
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), COALESCE((SELECT actor FROM change_context), 'unknown'),
          (SELECT reason FROM change_context));
  INSERT INTO history (change, table_name, row_key, action, old, new, at, actor, reason)
  VALUES ((SELECT change FROM change_context), 'variables', NEW."code", 'insert', NULL, json_object('code', NEW."code", 'label', NEW."label", 'definition', NEW."definition", 'type', NEW."type", 'multi', NEW."multi", 'vocabulary', NEW."vocabulary", 'source', NEW."source", 'position', NEW."position"),
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
CREATE TRIGGER history_keep_replace BEFORE INSERT ON history WHEN NEW.id > 0 AND EXISTS (SELECT 1 FROM history WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'history can only grow'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('history',195);
COMMIT;
