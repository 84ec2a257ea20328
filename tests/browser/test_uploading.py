"""The form of the demo puts a file in, and says what is wrong with one that lacks something."""

from pathlib import Path

import pytest
from fpdf import FPDF
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.browser.conftest import Page

pytestmark = pytest.mark.browser
SAID = "document.querySelector('#outcome h2')?.textContent"


def test_a_file_is_put_in_by_the_form(page: Page, tmp_path: Path) -> None:
    made, driver = FPDF(), page.driver
    made.add_page()
    made.set_font("helvetica")
    made.cell(text="report")
    made.output(str(tmp_path / "report.pdf"))
    driver.get(f"{page.address}/graphiql/upload")
    page.wait("document.querySelectorAll('#kind option').length > 10")
    Select(driver.find_element(By.ID, "persona")).select_by_value("therapist")
    Select(driver.find_element(By.ID, "kind")).select_by_value("EXPERIENCE")
    driver.find_element(By.ID, "file").send_keys(str(tmp_path / "report.pdf"))
    driver.find_element(By.ID, "title").send_keys("Отчёт о работе")
    driver.find_element(By.ID, "send").click()
    page.wait(f"{SAID} !== undefined")
    assert driver.execute_script(f"return {SAID}") == "Документ загружен, но его нужно исправить: Отчёт о работе"
    faults = [one.text for one in driver.find_elements(By.CSS_SELECTOR, "#outcome li")]
    assert "Не указана дата выдачи." in faults
    Select(driver.find_element(By.ID, "kind")).select_by_value("DECISION")
    driver.find_element(By.ID, "send").click()
    page.wait(f"{SAID} === 'Файл не принят'")
    assert driver.find_element(By.CSS_SELECTOR, "#outcome li").text == "Документ этого вида сюда не загружают."
