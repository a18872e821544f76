//! The first page: what this is, the learning path, simulations and quizzes.

use super::address::Address;
use super::frame::Frame;
use super::{Site, links};
use crate::content::text::{Lang, Text, both};
use crate::knowledge::topic::Shape;
use crate::report::document::{Block, Document, Item, Page, Span};
use crate::report::render::html;
use crate::report::view::quiz::inline;

impl Site {
    pub(super) fn home(&self, lang: Lang) -> String {
        let say = |text: Text| Span::text(text.get(lang));
        let heading = |level, text| Block::Heading { level, id: None, text: vec![say(text)] };
        let title = both!("Prepare for backend interviews", "백엔드 면접 준비");
        let (topics, sims) = (
            self.topics.iter().filter(|it| it.english.shape == Shape::Topic).count(),
            self.sims.len(),
        );
        let questions: usize = self.quizzes.iter().map(|quiz| quiz.questions.len()).sum();
        let about = both!(
            "Read a topic, predict, see the experiment, explain the result. {topics} topics with their sources, {sims} simulations of one marketplace backend with 95 % intervals, {questions} questions with the reason of every option.",
            "주제를 읽고, 결과를 예측하고, 실험을 보고, 설명해 봅니다. 출처가 있는 주제 {topics}개, 하나의 마켓플레이스 백엔드를 모의한 95% 구간의 시뮬레이션 {sims}개, 보기마다 이유가 붙은 문제 {questions}개가 있습니다."
        );
        let path = both!("Learning path", "학습 순서");
        let path_about = both!(
            "Each topic comes after those that it builds on.",
            "각 주제는 먼저 알아야 할 주제 뒤에 나옵니다."
        );
        let quizzes = both!(
            "Each topic has a quiz: choose, and see at once why each option is right or wrong.",
            "주제마다 퀴즈가 있습니다. 답을 고르면 보기마다 맞고 틀린 이유를 바로 볼 수 있습니다."
        );
        let all_quizzes = Span::Link {
            to: Address::Home.to(&Address::Quizzes),
            text: vec![say(both!("All quizzes", "퀴즈 목록"))],
        };
        let terminal = both!(
            "`prep serve` shows these pages on your machine, with a form on each simulation to run it with settings of your own. In the terminal you can do the same, follow single requests, and keep a record of your answers:",
            "`prep serve`는 이 페이지를 내 컴퓨터에서 보여 주고, 시뮬레이션마다 설정을 바꿔 실행할 수 있는 폼을 더합니다. 터미널에서도 설정을 바꿔 실행하고, 요청 하나하나를 따라가고, 답한 기록을 남길 수 있습니다."
        );
        let code = "prep serve\nprep sim pool-size --vary spring.datasource.hikari.maximum-pool-size=5,10,20\n";
        let blocks = vec![
            heading(1, title.clone()),
            Block::Paragraph(vec![say(about)]),
            heading(2, path),
            Block::Paragraph(vec![say(path_about)]),
            self.steps(lang),
            self.other_pages(lang),
            heading(2, both!("Simulations", "시뮬레이션")),
            self.experiments(lang),
            heading(2, both!("Quizzes", "퀴즈")),
            Block::Paragraph(vec![say(quizzes), Span::text(" "), all_quizzes]),
            heading(2, both!("With your own settings", "설정을 바꿔 보기")),
            Block::Paragraph(inline(terminal.get(lang))),
            Block::Code { language: String::new(), text: code.to_owned() },
        ];
        let document = Document { title: title.get(lang).to_owned(), blocks };
        let resolve = |page: &Page| self.target(&Address::Home, page, lang);
        let document = links::linked(document, &resolve);
        let content = html::blocks(&document.blocks, lang);
        Frame::new(&Address::Home, lang, &document.title, content).page()
    }

    fn steps(&self, lang: Lang) -> Block {
        let topics = self.topics.iter().filter(|both| both.english.shape == Shape::Topic);
        let items = topics.map(|both| {
            let (topic, _) = both.get(lang);
            let to = Page::Topic { slug: topic.slug.clone(), section: None };
            Item::of(vec![Span::Jump { to, text: vec![Span::text(&topic.title)] }])
        });
        Block::List { first: Some(1), items: items.collect() }
    }

    /// Pages that are no step of the path.
    fn other_pages(&self, lang: Lang) -> Block {
        let mut spans = vec![Span::text(both!("Besides: ", "그 밖에: ").get(lang))];
        for both in self.topics.iter().filter(|both| both.english.shape != Shape::Topic) {
            let (page, _) = both.get(lang);
            let to = Page::Topic { slug: page.slug.clone(), section: None };
            if spans.len() > 1 {
                spans.push(Span::text(", "));
            }
            spans.push(Span::Jump { to, text: vec![Span::text(&page.title)] });
        }
        Block::Paragraph(if spans.len() > 1 { spans } else { Vec::new() })
    }

    fn experiments(&self, lang: Lang) -> Block {
        let items = self.sims.iter().map(|sim| {
            let to = Page::Sim { slug: sim.spec.name.clone() };
            let text = vec![Span::text(sim.spec.title.get(lang))];
            let question = sim.spec.question.get(lang);
            let mut spans = vec![Span::Jump { to, text }];
            if !question.is_empty() {
                spans.push(Span::text(format!(": {question}")));
            }
            Item::of(spans)
        });
        Block::List { first: None, items: items.collect() }
    }
}
