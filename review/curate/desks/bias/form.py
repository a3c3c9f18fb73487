"""The form of one study or comparison: questions, judgements and reasons of one person, who sees nobody else's."""

from nicegui import html, ui

from review.bias.appraisals import suggestions
from review.bias.appraising import Said
from review.bias.blind import Form, read_form
from review.bias.suggestion import Suggestion
from review.bias.tool import OVERALL, Domain, tool_named
from review.curate.desks.bias.compare import show_comparison
from review.curate.desks.bias.panels import JudgePanel, Panel, QuestionPanel
from review.curate.desks.bias.words import RISKS, made_by
from review.curate.fields import keys_switch
from review.curate.house import House, Visit
from review.curate.people import Role
from review.curate.showing import show_state

SCRIPT = '<script src="/static/bias.js" defer></script>'
KEYS = (
    (("j", "k"), "next and previous question or judgement"),
    (("1", "6"), "first to sixth choice of where you are; an answer is saved at once"),
    (("?",), "these keys"),
)


def add(house: House) -> None:
    """Lay the form into the house."""

    @house.desk("/bias/{tool}/{target}", "Bias of one study", listed=False)
    async def form(visit: Visit) -> None:
        ui.add_head_html(SCRIPT)
        person = visit.person
        viewer = person.name if person.may(Role.CURATOR) else None
        found = await visit.read(read_form, visit.asked("target"), visit.asked("tool"), viewer)
        _head(visit, found)
        if found.opened or viewer is None:
            await show_comparison(visit, found, viewer)
        else:
            await OwnForm(visit, found).build()


def _head(visit: Visit, form: Form) -> None:
    tool = tool_named(visit.asked("tool"))
    with html.p():
        html.a("All studies", href=f"/bias?tool={tool.code}&of={_unit(form)}")
    html.h2(f"{form.target}: {form.title}")
    with html.p():
        html.span(f"{tool.name} {tool.version} ")
        show_state(*made_by(tool))
    with html.p():
        html.a(f"The study {form.study_id}", href=f"/studies/{form.study_id}")
        if form.url.startswith(("https://", "http://")):
            html.span(" · ")
            html.a("its text (another site)", href=form.url, rel="noopener noreferrer", target="_blank")


def _unit(form: Form) -> str:
    return "study" if form.target == form.study_id else "comparison"


class OwnForm:
    """The form as one person fills it in."""

    def __init__(self, visit: Visit, form: Form) -> None:
        self.visit, self.form = visit, form
        self.tool = tool_named(visit.asked("tool"))
        self.panels: dict[str, Panel] = {}
        self.suggested: dict[str, Suggestion] = suggestions(form.seen, self.tool)

    async def build(self) -> None:
        """Build the form."""
        self.progress()
        _show_keys()
        for number, domain in enumerate(self.tool.domains, start=1):
            self._domain(number, domain)
        with html.section(**{"aria-labelledby": "overall"}).classes("domain"):
            html.h2("Overall", id="overall")
            html.p("The whole comes last: every question is answered then, and every domain judged.").classes(
                "hint"
            )
            self._judge(OVERALL, "Overall", "Does the whole apply to the review’s question?")
        self.visit.on_change(self.look_again)

    def _domain(self, number: int, domain: Domain) -> None:
        with html.section(**{"aria-labelledby": domain.code}).classes("domain"):
            html.h2(f"{number}. {domain.name}", id=domain.code)
            html.p(domain.about)
            for item, question in zip(domain.items(), domain.questions, strict=True):
                self.panels[item] = QuestionPanel(self, item, question, self.form.own.get(item))
            html.h3(f"Judgement: {domain.name}")
            self._judge(domain.code, domain.name, domain.applicability)

    def _judge(self, item: str, name: str, applicability: str | None) -> None:
        asked = applicability if self.tool.asks_applicability(item) else None
        self.suggestion(item)
        self.panels[item] = JudgePanel(self, item, name, asked, self.form.own.get(item))

    @ui.refreshable_method
    def suggestion(self, item: str) -> None:
        """Show what the answers suggest; it is never stored by itself."""
        basis = "domains" if item == OVERALL else "answers"
        found = self.suggested.get(item)
        with html.p(role="status").classes("notice suggestion"):
            if found is None:
                html.span(f"The {basis} suggest nothing yet.")
            else:
                html.span(
                    f"The {basis} suggest {RISKS[found.judgement]}: {found.why}. The judgement is yours."
                )

    @ui.refreshable_method
    def progress(self) -> None:
        """Show how far the person is, and what others have done without telling what they say."""
        own, tool = self.form.own, self.tool
        answered = sum(item in own for item in tool.questions)
        judged = sum(item in own for item in tool.judged)
        total = len(tool.questions) + len(tool.judged)
        with html.div().classes("card"):
            html.p(
                f"You: {answered} of {len(tool.questions)} questions answered, {judged} of {len(tool.judged)} judgements given.",
                role="status",
            )
            html.progress(value=str(answered + judged), max=str(total), **{"aria-label": "How far you are"})
            if self.form.opened:
                with html.p(id="opened").classes("notice"):
                    html.span("Two people are done. ")
                    html.a("See them side by side", href=self.visit.request.url.path)
            elif judged == len(tool.judged):
                html.p("You are done. As soon as another person is, you see each other’s judgements here.")
            else:
                others = "Another person is done." if self.form.others else "Nobody else is done yet."
                html.p(f"{others} What others say is hidden until two of you are done.").classes("hint")

    async def look_again(self) -> None:
        """Read the own rows again; what the person is typing stays."""
        form = await self.visit.read(read_form, self.form.target, self.tool.code, self.visit.person.name)
        if form == self.form:
            return
        if not form.opened:
            for item, panel in self.panels.items():
                panel.follow(form.own.get(item))
        self.form = form
        if not form.opened:
            self.suggested = suggestions(form.seen, self.tool)
        self.suggestion.refresh()
        self.progress.refresh()

    async def stored(self, item: str) -> Said | None:
        """Return what stands in the database of an item, as this person said it."""
        form = await self.visit.read(read_form, self.form.target, self.tool.code, self.visit.person.name)
        return form.own.get(item)


def _show_keys() -> None:
    with html.details(id="keys").classes("keys"):
        html.summary("Keys: j and k go on and back, 1 to 6 answer, ? shows more")
        with html.ul():
            for keys, what in KEYS:
                with html.li():
                    for i, key in enumerate(keys):
                        if i:
                            html.span(" to " if keys == ("1", "6") else " and ")
                        html.kbd(key)
                    html.span(f": {what}")
        keys_switch()
