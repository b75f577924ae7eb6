"""A rule set that uses every word of the rule language, for the tests."""

W = "text: {zh-hans: 说明, en: words}, release: {zh-hans: 解除, en: release}"

EVERYTHING = f"""
rules:
  - {{id: in-care, when: {{case: {{status: [confirmed, asymptomatic, suspected]}}}},
     phases: [{{colour: red}}], {W}}}
  - {{id: single, when: {{test: {{method: pcr, result: positive, pool_size: 1}}}},
     phases: [{{colour: red}}], {W}}}
  - {{id: tube, when: {{test: {{method: pcr, result: positive, pool_size: {{above: 1}}}}}},
     phases: [{{colour: yellow}}],
     released_by: {{test: {{method: pcr, result: negative, pool_size: {{to: 1}}}}}}, {W}}}
  - {{id: close, when: {{exposure: {{grade: close}}}},
     phases: [{{colour: red, days: 3, place: central_isolation, test_days: [1, 3]}},
              {{colour: yellow, days: 2, place: home_monitoring, report: daily}},
              {{colour: none, days: 1, test_days: [1]}}],
     release_needs: {{test: {{method: pcr, result: negative}}, count: 2, within_hours: 1,
                     distinct: lab, from_day: 3, lapses_day: 12}}, {W}}}
  - {{id: secondary, when: {{exposure: {{grade: [secondary]}}}},
     phases: [{{colour: red, hours: 36}}, {{colour: yellow, hours: 36}}], {W}}}
  - {{id: casual, when: {{exposure: {{grade: {{not: [close, secondary]}}}}}},
     phases: [{{colour: yellow, days: 2}}],
     released_by: {{test: {{method: pcr, result: negative}}, count: 2, gap_hours: 24,
                   within_hours: 72}}, {W}}}
  - {{id: companion, when: {{companion: {{}}}}, phases: [{{colour: none, days: 3}}],
     released_by: {{test: {{method: pcr, result: negative}}, count: 2, gap_hours: 24,
                   within_hours: 72}},
     owes: {{what: test, text: {{zh-hans: 两次核酸, en: two tests}}}}, {W}}}
  - {{id: entry, when: {{travel: {{entry: {{into: CHN, exempt: [MAC], third_country_days: 7}}}}}},
     phases: [{{colour: red}}],
     released_by: {{health_report: {{symptoms: none}}, consecutive_days: 3}}, {W}}}
  - {{id: residents, when: {{area_stay: {{tier: [high, medium], left: false}}}},
     phases: [{{colour: yellow, place: stay_in_area}}], {W}}}
  - {{id: arrived, when: {{area_stay: {{tier: high, left: true, outside_scope: true}}}},
     phases: [{{colour: red, days: 4}}], {W}}}
  - {{id: left, when: {{area_stay: {{tier: [high, medium]}}}},
     phases: [{{colour: yellow, days: 4}}], {W}}}
  - {{id: discharged, when: {{case: {{status: discharged}}}},
     phases: [{{colour: yellow, days: 7}}], {W}}}
  - {{id: called, when: {{screening_due: {{}}}}, phases: [{{colour: yellow, days: 5}}],
     released_by: {{test: {{method: pcr}}, sampled: from_opening}},
     owes: {{what: test, text: {{zh-hans: 筛查, en: screening}}}}, {W}}}
  - {{id: quiet, absent: {{test: {{method: pcr}}, days: 5}}, phases: [{{colour: yellow}}], {W}}}
  - {{id: ordered, when: {{order: {{}}}}, phases: [{{colour: none, place: as_ordered}}], {W}}}
"""
