"""The desk of appraisal: tools, forms, people side by side, and reporting completeness."""
