from casework.cases import actions


def test_it_opens_a_case_and_adds_a_victim(cast):
    case = actions.create_case(actor=cast.investigator, team=cast.team, title="x", learned_from="witness")
    victim = actions.add_victim(case, actor=cast.investigator, kind="group", at_least=2, at_most=3)
    actions.change_victim(victim, actor=cast.investigator, at_most=4, expected=victim.updated_at)
    case = actions.change_case(case, actor=cast.investigator, expected=case.updated_at, title="y")
    actions.assign_person(case, actor=cast.investigator, user=cast.colleague)
    actions.close_case(case, actor=cast.investigator, reason="done")
    case = actions.reopen_case(case, actor=cast.investigator, reason="more")
    m = actions.add_moment(case, actor=cast.investigator, kind="captured")
    actions.add_moment(case, actor=cast.investigator, kind="shot")
    actions.change_moment(m, actor=cast.investigator, position=2)
    t = actions.add_task(case, actor=cast.investigator, title="t", assignee=cast.colleague)
    t = actions.complete_task(t, actor=cast.colleague)
    actions.set_sensitivity(case, actor=cast.investigator, sensitive=True, reason="named")
    actions.break_glass(case, actor=cast.auditor, reason="look")
